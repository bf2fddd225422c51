"""One-stop services: a catalogue that says who is competent, and the requests that follow it."""
