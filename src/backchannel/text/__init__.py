"""Texts between platforms: cut into parts that each takes, and translated into its markup."""

from backchannel.text.limits import TextLimit, Unit
from backchannel.text.markup import Markup, translate
from backchannel.text.splitting import MAX_PARTS, split_text

__all__ = ["MAX_PARTS", "Markup", "TextLimit", "Unit", "split_text", "translate"]
