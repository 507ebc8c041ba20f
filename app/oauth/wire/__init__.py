"""How OAuth requests come in and answers go out: CORS, bearer tokens, whose refusal it is, one edge for all endpoints."""
