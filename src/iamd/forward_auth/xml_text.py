"""Text in XML documents: escaped, and without what XML cannot carry."""

import re
from xml.sax import saxutils

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# Everything but the characters of XML 1.0 (production 2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CARRIAGE_RETURN = {"\r": "&#13;"}  # it would become a line feed when it is read again


def escape(text: str) -> str:
    """Return text for the content of an element; characters that XML cannot carry are replaced."""
    return saxutils.escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text), _CARRIAGE_RETURN)
