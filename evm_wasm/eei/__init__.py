"""The Ethereum Environment Interface, revision 4: one table and what derives from it.

`table.METHODS` is the only place that lists the 33 methods. `link` turns a row into a host
function, `docs` turns the rows into the reference and into the signatures the injector checks.
The implementations in `methods/` see a `Frame` and Python values, never an offset.
"""
