"""Typed chat for Python over Glimesh and Rocket.Chat, behind one interface."""
