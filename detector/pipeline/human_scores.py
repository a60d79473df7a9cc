"""The calibration humans behind a scan's scores, where the model that scored is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import numpy as np

from detector.errors import DetectorError
from detector.label import make_policy, read_calibration
from detector.label.calibration import Band, Calibration
from detector.label.threshold import cut_point
from detector.score.panel import SHIPPED
from detector.score.weights import load_model
from detector.write.labels import Labels


def calibration_of(labels: Labels) -> Calibration | None:
    """The calibration that decided a scan's labels; None where it is not the shipped model's."""
    fpr = labels.settings.settings.get("fpr")
    with resources.as_file(resources.files("detector.score") / "models" / SHIPPED) as path:
        model = load_model(path)
    if labels.settings.digests.get(model.name) != model.digest or not isinstance(fpr, float):
        return None
    try:
        policy = make_policy(read_calibration(model.calibration), fpr=fpr)
    except DetectorError:
        return None
    return policy.calibration if policy.digest == labels.settings.digests.get("policy") else None


def expected(band: Band, edges: Sequence[float]) -> list[float]:
    """The share of a band's human texts between each two neighbouring scores of `edges`.

    The first and the last bin take what lies beyond them. Between the stored scores the
    distribution is taken to be even.
    """
    ranks = np.arange(len(band.body)) * band.step
    below = ranks < band.n - len(band.tail)
    scores = np.concatenate([np.array(band.body)[below], band.tail])
    places = np.concatenate([ranks[below], band.n - len(band.tail) + np.arange(len(band.tail))])
    at = np.interp(edges, scores, places / band.n, left=0.0, right=1.0)
    at[0], at[-1] = 0.0, 1.0
    return [round(float(share), 6) for share in np.diff(at)]


def cut_of(band: Band, fpr: float) -> float | None:
    """The score above which a text of this band is `likely-ai`."""
    found = cut_point(band, fpr)
    return None if found is None else found[0]
