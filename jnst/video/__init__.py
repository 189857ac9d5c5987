"""Moving pictures: frames, the flow between them, and style transfer that holds them steady."""
