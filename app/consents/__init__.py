"""What people have allowed which client."""
