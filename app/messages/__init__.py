"""The listener that speaks the TCP transport of NestJS microservices."""
