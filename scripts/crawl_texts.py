"""Sentences for the sample crawl, all in the public domain.

Two voices: a diary of 1892, and the smooth prose of a chat assistant, written for this project.
A page's text is drawn from these by a seeded generator, so that the crawl is the same every time.
"""

from __future__ import annotations

from random import Random

# From the first pages of G. and W. Grossmith, "The Diary of a Nobody", London 1892.
DIARY = (
    "My dear wife Carrie and I have just been a week in our new house, a nice six-roomed residence,"
    " not counting basement, with a front breakfast-parlour.",
    "We have a little front garden; and there is a flight of ten steps up to the front door, which,"
    " by-the-by, we keep locked with the chain up.",
    "Cummings, Gowing, and our other intimate friends always come to the little side entrance,"
    " which saves the servant the trouble of going up to the front door.",
    "We have a nice little back garden which runs down to the railway.",
    "We were rather afraid of the noise of the trains at first, but the landlord said we should not"
    " notice them after a bit, and took £2 off the rent.",
    "He was certainly right; and beyond the cracking of the garden wall at the bottom, we have"
    " suffered no inconvenience.",
    "After my work in the City, I like to be at home. What's the good of a home, if you are never"
    " in it?",
    "Our old friend Gowing may drop in without ceremony; so may Cummings, who lives opposite.",
    "My dear wife Caroline and I are pleased to see them, if they like to drop in on us.",
    "But Carrie and I can manage to pass our evenings together without friends.",
    "There is always something to be done: a tin-tack here, a Venetian blind to put straight, a fan"
    " to nail up, or part of a carpet to nail down.",
    "Tradesmen called for custom, and I promised Farmerson, the ironmonger, to give him a turn if I"
    " wanted any nails or tools.",
    "By-the-by, that reminds me there is no key to our bedroom door, and the bells must be seen"
    " to.",
    "The parlour bell is broken, and the front door rings up in the servant's bedroom, which is"
    " ridiculous.",
    "Dear friend Gowing dropped in, but wouldn't stay, saying there was an infernal smell of"
    " paint.",
    "Tradesmen still calling; Carrie being out, I arranged to deal with Horwin, who seemed a civil"
    " butcher with a nice clean shop.",
    "Ordered a shoulder of mutton for to-morrow, to give him a trial.",
    "Carrie arranged with Borset, the butterman, and ordered a pound of fresh butter, and a pound"
    " and a half of salt ditto for kitchen, and a shilling's worth of eggs.",
    "In the evening, Cummings unexpectedly dropped in to show me a meerschaum pipe he had won in a"
    " raffle in the City.",
    "He said he wouldn't stay, as he didn't care much for the smell of the paint, and fell over the"
    " scraper as he went out.",
    "Must get the scraper removed, or else I shall get into a scrape. I don't often make jokes.",
    "Two shoulders of mutton arrived, Carrie having arranged with another butcher without"
    " consulting me.",
    "Gowing called, and fell over scraper coming in. Must get that scraper removed.",
    "Eggs for breakfast simply shocking; sent them back to Borset with my compliments, and he"
    " needn't call any more for orders.",
    "Couldn't find umbrella, and though it was pouring with rain, had to go without it.",
    "Sarah said Mr. Gowing must have took it by mistake last night, as there was a stick in the"
    " 'all that didn't belong to nobody.",
    "Borset, on seeing me, said he would be hanged if he would ever serve City clerks any more; the"
    " game wasn't worth the candle.",
    "I restrained my feelings, and quietly remarked that I thought it was possible for a city clerk"
    " to be a gentleman.",
    "He replied he was very glad to hear it, and wanted to know whether I had ever come across one,"
    " for he hadn't.",
    "He left the house, slamming the door after him, which nearly broke the fanlight; and I heard"
    " him fall over the scraper, which made me feel glad I hadn't removed it.",
    "When he had gone, I thought of a splendid answer I ought to have given him. However, I will"
    " keep it for another occasion.",
)
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
    """Paragraphs of the diary, its sentences in another order."""
    return _paragraphs(_draw(rng, DIARY, sentences))


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


def _paragraphs(sentences: list[str]) -> list[str]:
    return [" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4)]
