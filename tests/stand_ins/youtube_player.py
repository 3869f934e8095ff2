"""A player script as YouTube's in its form: what it does to the numbers and signatures of addresses can only
be learnt by running it."""

from __future__ import annotations

from typing import Final

PATH: Final = "/s/player/0123abcd/player_ias.vflset/en_US/base.js"
SCRIPT: Final = """
(function() {
    "use strict";
    class Address {
        constructor() { this.parts = new Map(); }
        set(name, value) { this.parts.set(name, value); }
        get(name) { return this.parts.get(name); }
        clone() { return this; }
        settle() {
            const n = this.parts.get("n");
            const turned = [...(n ?? "")].reverse().map(c => String.fromCharCode(c.charCodeAt(0) ^ 1));
            if (n) this.parts.set("n", turned.join(""));
        }
    }
    const player = {signatureTimestamp: 20400};
    function address(url, name, signature) {
        const made = new Address();
        made.set("alr", "yes");
        if (signature) made.set(name, signature);
        return made;
    }
}).call(this);
"""


def solved(number: str) -> str:
    """What the script makes of it."""
    return "".join(chr(ord(character) ^ 1) for character in reversed(number))
