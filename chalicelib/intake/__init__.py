"""Orders as messages: the body of an HTTP call, who sends it, and where to answer (docs/queues.md).

A message is answered on a queue, with the very answer that the HTTP call would get. It comes back only for
what another try may mend.
"""
