"""The texts of the drift canary, written for this project and in the public domain.

Six are in the voice of people who write of small things, six in that of a chat assistant; they
cover the lengths that a calibration tells apart. A text that is changed here changes its frozen
score: run scripts/make_canary.py afterwards.
"""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "note-short": """\
The bridge was shut again so we went round by the mill, which takes an extra twenty minutes and \
ruins your shoes. Bea had the map but not her glasses. In the end a man with a trailer told us \
to follow the fence and ignore the sign, and he was right about both.""",
    "note-middle": """\
I bought the lathe from a widow in Thornby who thought it was a sewing machine. It had sat under \
a sheet since 1988 and the belt came off in my hand like wet bread. Two things I wish somebody \
had told me: the thread on the tailstock is left-handed, and the previous owner had filed the \
notch by eye. I broke the first part before I noticed. The second I made from a bit of bed \
frame, and it runs, though it howls above half speed and the neighbour has started to hum along \
with it.""",
    "letter": """\
Dear Mr Oyelaran,

Thank you for yours of the ninth. You ask whether the hall can be had on the second Saturday, and \
I am afraid the answer is that nobody knows, because Ingrid has the book and Ingrid is in Norway \
until the thirtieth. I did go and look through the window. The chairs are stacked on the left, \
which usually means the choir; but it might also mean the floor has been done.

About the boiler: it is not "temperamental", as the minutes have it. It is broken. I have now \
held a torch for three different plumbers, and each of them said something rude about the one \
before. The last left a part on the sill and has not been seen since. If you want it warm in \
March I would bring your own heaters, and somebody strong to sit on the fuse box.

The kettle is fine. We counted the cups and there are forty-one, of which six are the good ones. \
Please hide those.

With best wishes, and apologies for the pencil,
Derek""",
    "report": """\
Count of the eastern ponds, 14 May. Wind from the north, cold, clear until eleven. We were four: \
Tomasz, Pat, the new student, and me.

Pond one was dry. Pond two had a hand of water and nothing in it but leaves. At pond three the \
student found nineteen clumps of spawn, most of them grey at the top from the frost, and one that \
somebody had poked with a stick. Pond four is behind the new fence. We phoned the number on the \
fence and got a garage in Marlow End.

Toads: seven on the road, of which five flat. That is fewer than last year, but last year it \
rained. Pat thinks the tunnel is working. I think there are fewer toads. We agreed to write down \
both.

Newts: none seen, which means nothing by daylight.

For next time: longer boots, and the lamp with the handle. The student should not be told again \
that the pond is "only knee deep at the edge". Expenses, bus four times, one flask (dropped). I \
have put the sheet in the box file and not in the drawer, because the drawer sticks, and when it \
sticks people put things on top of the cupboard, and that is where we lost the whole of 2016.""",
    "story": """\
My grandmother kept a hen that would only lay in the post van. I have told this so often that \
people think I made it up, so here it is once with the details.

The van came at ten, up the lane as far as the pump, and the postman, whose name was Hollis, left \
the side door open because the catch was gone. The hen was brown and not pretty. She had a way of \
waiting behind the trough as if she had somewhere to be. As soon as Hollis had gone round to the \
kitchen she walked up, hopped in, turned twice on the sack for Upper Fenwick, and laid. It took \
her as long as it took him to drink a cup of tea. Then she got down and went about her day.

For a week nobody noticed. Then an egg arrived at the school, whole, stamped by accident. The \
headmistress sent it back with a note. Hollis came up the lane rather red and put it on our table \
and said that he had nothing against poultry but there were regulations.

We shut her in. She did not lay. We shut her in the shed with a mail sack, which was my uncle's \
idea, and she sat on it all morning and looked at us. We let her out and she went straight to the \
pump and stood there, in the rain, at five past three in the afternoon, waiting.

In the end it was my grandmother who settled it. She bought a catch for the door, with her own \
money, and gave it to Hollis in front of witnesses. He thanked her. He never fitted it. What he \
did instead, from then until he retired, was to come in for his tea, stay exactly as long as \
before, and leave on the window sill, when he thought we were not looking, one egg, usually warm. \
The sack for Upper Fenwick he turned inside out once a month. I asked him about it years later, \
at the funeral, and he said it was a long round and you took your company where you found it.""",
    "manual": """\
Before you take the cover off, pull the plug. I mean it; the big capacitor holds on for a minute \
or so. There are four screws and a fifth under the sticker. Lay them out in the order you took \
them, since the short one goes at the back and if you use a long one there it bites the drum. Now \
lift, don't pull. The belt should slip off to your left. If it crumbles, that is your squeak. \
Clean the groove with a rag and a bit of spirit, let it dry, put the new one on the small wheel \
first and walk it round. Turn it by hand twice. Then plug in, stand back, and listen before you \
put the cover on again, because you will not want to do all this a second time.""",
    "assistant-short": """\
In today's rapidly evolving digital landscape, effective time management has become more \
important than ever. By embracing mindful habits and leveraging the right tools, individuals can \
unlock their full potential, enhance productivity, and foster a healthier, more balanced \
lifestyle that supports long-term success.""",
    "assistant-middle": """\
Container gardening offers a versatile and rewarding way to bring the beauty of nature into even \
the smallest of spaces. Whether you have a spacious patio or a cozy balcony, carefully selected \
pots can transform your environment into a vibrant oasis. Moreover, growing your own herbs and \
vegetables not only enhances the flavor of your meals but also promotes a sustainable lifestyle. \
When choosing plants, it is essential to consider factors such as sunlight, soil quality, and \
drainage. With a little care and creativity, you can cultivate a thriving garden that brings joy \
throughout the seasons.""",
    "assistant-list": """\
Here are some key strategies to help you build a strong professional network:

1. Define your goals. Before reaching out, take the time to clarify what you hope to achieve. A \
clear sense of purpose will guide your efforts and help you make meaningful connections.

2. Leverage online platforms. Professional networking sites provide an excellent opportunity to \
showcase your skills, engage with industry leaders, and stay informed about emerging trends.

3. Offer value first. Networking is not just about what you can gain; it is about building \
mutually beneficial relationships. Share insights, offer support, and celebrate the success of \
others.

4. Follow up consistently. A thoughtful message after an event can leave a lasting impression and \
pave the way for future collaboration.

In conclusion, building a professional network is a journey that requires patience, authenticity, \
and dedication. By implementing these strategies, you can create a robust network that supports \
your growth and opens the door to new opportunities.""",
    "assistant-essay": """\
The impact of technology on modern education is both profound and multifaceted. Over the past two \
decades, digital tools have fundamentally transformed the way students learn and teachers \
instruct. From interactive whiteboards to personalized learning platforms, technology has made \
education more accessible, engaging, and effective than ever before.

One of the most significant benefits of educational technology is its ability to cater to diverse \
learning styles. Adaptive software can analyze a student's progress in real time and adjust the \
difficulty of the material accordingly. This ensures that each learner receives the support they \
need to succeed. Furthermore, online resources allow students to explore topics of interest at \
their own pace, fostering curiosity and a lifelong love of learning.

However, it is important to acknowledge the challenges that accompany these advancements. The \
digital divide remains a pressing concern, as not all students have equal access to devices and \
reliable internet connections. Additionally, excessive screen time may contribute to decreased \
attention spans and reduced social interaction. Educators must therefore strike a careful balance \
between innovation and tradition.

Another crucial consideration is the role of the teacher. While technology can enhance \
instruction, it cannot replace the empathy, guidance, and inspiration that a dedicated educator \
provides. Rather than viewing technology as a substitute, schools should regard it as a powerful \
complement to human connection. Professional development plays a vital role in ensuring that \
teachers feel confident and equipped to integrate new tools into their classrooms.

Ultimately, the successful integration of technology in education depends on thoughtful planning, \
equitable access, and ongoing collaboration among all stakeholders. By embracing both the \
opportunities and the responsibilities that come with these tools, we can create a learning \
environment that empowers every student to thrive in an increasingly interconnected world.""",
    "assistant-review": """\
The Aurora X2 wireless headphones deliver an impressive blend of comfort, performance, and style. \
Right out of the box, their sleek design and premium materials make a strong first impression. \
The plush ear cushions ensure all-day comfort, while the adjustable headband provides a secure \
fit for a wide range of users. In terms of sound quality, the headphones truly shine, offering \
rich bass, clear mids, and crisp highs that bring every track to life. The active noise \
cancellation is equally impressive, effectively blocking out distractions and allowing you to \
focus on what matters most. Battery life is another standout feature, with up to forty hours of \
playback on a single charge. While the price may be a consideration for some, the overall value \
makes the Aurora X2 a worthwhile investment for audiophiles and casual listeners alike.""",
    "assistant-plain": """\
The small town had changed since Mara last walked its streets. She paused outside the old bakery, \
her breath catching as the scent of warm bread drifted through the morning air. Memories rose \
like mist: her mother's laughter, the soft clink of porcelain, the quiet promise that everything \
would be all right. She reached for the door, her hand trembling slightly, and realized that some \
places never truly let you go. Inside, the light fell in golden ribbons across the counter, and \
for a moment it felt as though time itself had decided to wait for her.""",
}
