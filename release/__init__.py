"""What is done to hand the product on: the bundle for machines without a network, the audit of dependencies."""
