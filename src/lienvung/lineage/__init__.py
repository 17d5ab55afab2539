"""Pure walks over what a store of EPCIS events returns: no database, no clock, no Django.

`forward` and `back` reach things through transformations, lots and containers; `places_of` says
where each is and in which state at any time; `parcels_of` keeps the stock book of lots;
`balance` sets inputs against outputs. A store answers the questions of `Source`.
"""
