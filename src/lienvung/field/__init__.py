"""Tasks of the people in the chain on a phone: harvest, buy in, make, pack, ship, receive, sell, write off."""
