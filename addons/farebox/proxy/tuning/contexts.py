"""Fork a context without the connection that is then thrown away.

mitmproxy makes a new Server, with a random id, for each context, and replaces it at once where the context is a fork of
another: two for a call on an open connection, a dozen for a new connection.
"""

from mitmproxy.proxy.context import Context

from ..patches._patch import Patch, apply
from ._known import Known, are_known


def use_contexts() -> bool:
    """Make the change; False if mitmproxy's code is not what this was written for."""
    return are_known(RELIED_ON) and apply(FORK)


def _fork(context: Context) -> Context:
    forked = Context.__new__(Context)
    forked.client, forked.server, forked.options = context.client, context.server, context.options
    forked.layers = context.layers.copy()
    return forked


FORK = Patch(
    Context, "fork", _fork, without="each call takes some 30 microseconds more", known=frozenset({"c05d7508581ccf1a"})
)
RELIED_ON = (Known(Context.__init__, frozenset({"d83f2c0aff3e2815"})),)
