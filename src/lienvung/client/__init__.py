"""A client of any EPCIS 2.0 REST server, and of the trace and resolver resources beside it; needs no framework."""
