"""Document to Evidence: detectors judge text alone, signals observe a page in context.

Importing this loads neither kernels nor models: making a panel does.
"""

from detector.score.panel import Panel, default_panel, load_panel, outside_detector
from detector.score.protocol import Detector, Signal

__all__ = ["Detector", "Panel", "Signal", "default_panel", "load_panel", "outside_detector"]
