"""The demo story: six months of fifteen products from Ninh Bình to Hà Nội, invented for illustration.

`data` reads the files of the folder `demo/`, `story` turns acts into EPCIS events, `chains_*` are
the fifteen stories (pure: no database), and `play` plays them through the actions and the ledger.
"""
