"""Commands beside the flow: redrive and replay."""
