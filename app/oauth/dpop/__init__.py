"""Tokens that count only together with a key: Demonstrating Proof of Possession (DPoP), :rfc:`9449`.

==================  =====================================================================================
``proofs``          is a proof sound, of this very request, and of just now?
``keys``            the key inside a proof, and its thumbprint
``targets``         is a proof for this address?
``nonces``          values of ours that proofs must repeat, where ``DPOP_NONCE`` says so
``used_proofs``     **writes** which proofs were used: each counts once
``presented``       the proof of a request to the token endpoint or for a pushed request, and what it binds
==================  =====================================================================================
"""
