"""Tests of the generation API's client, over real sockets on loopback."""
