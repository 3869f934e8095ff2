"""The only way out to a host that a caller has named.

Every connection is made to an address that was looked up once, checked, and then used itself, so a name
that resolves differently a second time gains nothing. Redirects are followed here, for media only, and
each hop is checked like the first. No proxies, no netrc, no cookies: plain sockets under http.client.
"""

from chalicelib.outbound.fetch import Source, SourceCutShort, SourceTooLarge, open_source
from chalicelib.outbound.post import Answer, post
from chalicelib.outbound.ranged import Ranged
from chalicelib.outbound.ranges import SourceChanged
from chalicelib.outbound.urls import check_url

__all__ = [
    "Answer",
    "Ranged",
    "Source",
    "SourceChanged",
    "SourceCutShort",
    "SourceTooLarge",
    "check_url",
    "open_source",
    "post",
]
