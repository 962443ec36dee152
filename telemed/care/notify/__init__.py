"""Messages to people outside the server: what they say, what becomes of them, when they are tried again. Pure rules.

A message is a row of the outbox, put there in the transaction of its cause:

    await tx.outbox.put(compose(Wanted(...), now))

It says which template, in which language, about which id; the text is made when it is sent. Nothing here names a clinician, a
reason, or anything clinical: a message is read by whoever holds the phone.
"""
