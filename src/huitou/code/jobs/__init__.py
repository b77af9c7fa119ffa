"""Work in the background, a module per concern; importing this declares all of it.

`actions` defers jobs declared here, and these call actions: nothing of `actions` is used while the
modules load.
"""

from huitou.code.jobs import arriving, telling

__all__ = ["arriving", "telling"]
