"""Sentences for the sample crawl, written for this project and in the public domain.

Two voices: people who write of small things they did, and the smooth prose of a chat assistant.
A page's text is drawn from these by a seeded generator, so that the crawl is the same every time.
"""

from __future__ import annotations

from random import Random

DIARY = (
    "We got to {place} a bit after {hour}, and the car park was already full of vans.",
    "My brother said the {thing} would never last a winter. It is on its third now.",
    "I paid {price} for it at the flea market, which was too much, but the man was nice.",
    "Rain again. The {thing} leaked at the left seam, same as last year, so I taped it.",
    "Nobody at the club could tell me who had made the {thing}, so I asked old {name}.",
    "{name} swears by linseed oil. I tried it and my hands smelled of it for a week.",
    "Anyway, the second screw sheared off and I had to drill it out.",
    "We had soup from a flask and shared the last {food} between three of us.",
    "The bus to {place} goes at ten past, not at quarter past, whatever the sign says.",
    "I had meant to write this up in {month}, but then the roof happened.",
    "{name} phoned at {hour} to say the meeting was off. Fine by me.",
    "There is a step behind the door at {place} that everybody falls over once.",
    "The dog ate half a {food} and was sorry about it, or looked sorry.",
    "I counted {count} of them on the wire in front of the house, mostly starlings.",
    "Cut the {thing} too short the first time. Measured again. Cut it too short again.",
    "You can still see where the old line ran if you stand on the bridge at {place}.",
    "Mum used to make it with {food}, though she would deny that in front of {name}.",
    "It took {count} evenings, not counting the one when I just stared at it.",
    "If anyone has a spare {thing} for the 1974 model, please leave a note at the hall.",
    "The minutes of the {month} meeting are missing a page and we think {name} has it.",
    "Frost got the beans in {month}. The leeks did not even notice.",
    "I do not know why it squeaks only on Sundays, but it does.",
    "{name} won the raffle, again, and gave the {food} to the school, again.",
    "On the way back we took the low path and got our feet wet up to the ankles.",
    "They wanted {price} for a new {thing}, so I went home and fixed the old one.",
    "Two of the {count} photographs came out. Both are of my thumb.",
    "What I learned: label the wires before you pull them, not after.",
    "The new gate at {place} shuts by itself, which the sheep worked out before we did.",
)
SLOTS = {
    "place": ("Marlow End", "the quarry", "Thornby", "the lock", "Upper Fenwick", "the old mill"),
    "thing": ("tarpaulin", "gearbox", "shed door", "pump", "kettle", "wheelbarrow", "hinge"),
    "price": ("four pounds", "eleven euros", "thirty quid", "six pounds fifty"),
    "name": ("Derek", "Ingrid", "Aunt Pat", "Mr Oyelaran", "Tomasz", "Bea"),
    "food": ("plum cake", "pork pie", "rye loaf", "jar of pickles", "cheese roll"),
    "month": ("March", "October", "late May", "January", "August"),
    "hour": ("seven", "half past nine", "noon", "twenty to four"),
    "count": ("three", "nineteen", "forty-odd", "seven", "eleven"),
}
ASSISTANT = (
    "In today's fast-paced world, {topic} has become more important than ever before.",
    "Whether you are a seasoned professional or just starting out, {topic} offers countless"
    " opportunities for growth and self-discovery.",
    "Moreover, it is important to note that {topic} plays a crucial role in {benefit}.",
    "By embracing {topic}, you can unlock your full potential and foster {benefit}.",
    "This comprehensive guide delves into the multifaceted landscape of {topic} and provides"
    " actionable insights to help you navigate it with confidence.",
    "Furthermore, {topic} serves as a testament to the transformative power of {benefit}.",
    "One of the key benefits of {topic} is its ability to seamlessly enhance {benefit}.",
    "Additionally, incorporating {topic} into your daily routine can significantly improve"
    " your overall well-being and productivity.",
    "It is not just about {topic}; it is about cultivating a deeper sense of {benefit}.",
    "Understanding the nuances of {topic} is essential for anyone looking to thrive in this"
    " ever-evolving environment.",
    "From streamlining everyday tasks to fostering {benefit}, the possibilities are endless.",
    "As we look to the future, {topic} will undoubtedly continue to shape {benefit}.",
    "Remember, consistency is key: even small, intentional steps can lead to meaningful and"
    " lasting change.",
    "Ultimately, the journey towards {benefit} begins with a single mindful choice.",
    "Experts agree that a holistic approach to {topic} yields the most sustainable results.",
    "This vibrant tapestry of ideas underscores the profound impact of {topic} on {benefit}.",
    "In addition, {topic} encourages collaboration, innovation, and a renewed commitment to"
    " {benefit}.",
    "Let's explore some practical strategies that can help you harness the power of {topic}.",
    "Each of these elements works in harmony to create a robust foundation for {benefit}.",
    "In conclusion, {topic} is a powerful tool that can elevate your experience and pave the"
    " way for {benefit}.",
)
TOPICS = (
    "mindful gardening", "digital organization", "sustainable travel", "home cooking",
    "remote collaboration", "personal budgeting", "creative writing", "indoor cycling",
)  # fmt: skip
BENEFITS = (
    "long-term success", "meaningful connections", "emotional resilience", "community engagement",
    "lifelong learning", "a balanced lifestyle", "informed decision-making",
)  # fmt: skip
GERMAN = (
    "Am Samstag haben wir den Schuppen ausgeräumt und dabei drei Schlitten gefunden.",
    "Der Bus nach Oberfeld fährt jetzt wieder, aber nur bis zur alten Post.",
    "Meine Nachbarin meint, die Bohnen kämen dieses Jahr zu früh, und sie hat meistens recht.",
    "Der Verein trifft sich ab März wieder jeden zweiten Dienstag im Gasthaus am Bach.",
    "Für die Pumpe braucht man einen Schlüssel, den natürlich niemand mehr hat.",
    "Nach dem Regen war der Weg unten am Fluss kaum noch zu erkennen.",
    "Wer einen Korb übrig hat, möge ihn bitte bis Freitag beim Bäcker abgeben.",
    "Gegen Mittag kam die Sonne heraus, und wir haben doch noch draußen gegessen.",
    "Das Rezept stammt von meiner Großmutter, die es aber nie aufgeschrieben hat.",
    "Die Rechnung ist fast so hoch wie das, was die ganze Leiter gekostet hat.",
    "Im Keller steht noch das Regal, das mein Bruder vor zehn Jahren abholen wollte.",
    "Beim nächsten Mal nehmen wir den Zug, auch wenn er länger braucht.",
)
LEFTOVERS = (
    "As an AI language model, I cannot browse the internet, but here is a revised draft.",
    "Certainly! Here is an article about {topic} in a friendly and engaging tone:",
    "Sources agree on this point :contentReference[oaicite:2]{{index=2}} in most cases.",
    "The market is growing quickly \ue200cite\ue202turn0search0\ue201 according to analysts.",
    "I hope this helps! Let me know if you would like me to expand on {topic}.",
    "[Insert your company name here] is proud to offer the best in {topic}.",
)


def diary(rng: Random, sentences: int) -> list[str]:
    """Paragraphs in the voice of a person who writes of small things."""
    return _paragraphs([_fill(rng, text) for text in _draw(rng, DIARY, sentences)])


def assistant(rng: Random, sentences: int) -> list[str]:
    """Paragraphs in the voice of a chat assistant, about one topic."""
    topic = _pick(rng, TOPICS)
    drawn = _draw(rng, ASSISTANT, sentences)
    return _paragraphs([t.format(topic=topic, benefit=_pick(rng, BENEFITS)) for t in drawn])


def german(rng: Random, sentences: int) -> list[str]:
    """Paragraphs of German."""
    return _paragraphs(_draw(rng, GERMAN, sentences))


def leftover(rng: Random, number: int) -> str:
    """A sentence that a careless person forgot to cut from a chat assistant's answer."""
    return LEFTOVERS[number % len(LEFTOVERS)].format(topic=_pick(rng, TOPICS))


def _pick(rng: Random, choices: tuple[str, ...]) -> str:
    # random() alone promises the same numbers in every version of Python.
    return choices[int(rng.random() * len(choices))]


def _draw(rng: Random, choices: tuple[str, ...], count: int) -> list[str]:
    left = list(choices)
    return [left.pop(int(rng.random() * len(left))) for _ in range(min(count, len(left)))]


def _fill(rng: Random, text: str) -> str:
    return text.format(**{slot: _pick(rng, words) for slot, words in SLOTS.items()})


def _paragraphs(sentences: list[str]) -> list[str]:
    return [" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4)]
