"""The drawn shapes of the demo brand's products: SVG fragments on a 96 × 96 tile.

`{m}`, `{d}`, `{l}` stand for the product's main, dark and light colour, `{k}` for its motif: a
small drawing around the origin that fits into a circle of radius 7. Fixed colours are natural ones
(a stalk is brown). Outlines are left out; light comes from the upper left.
"""

STALK = "#8a6a4a"
LEAF = "#6fae5c"

SHAPES = {
    "bottle": """<rect x="42" y="14" width="12" height="9" rx="2" fill="{d}"/>
<path d="M43 23h10v7c0 4 9 7 9 16v31a5 5 0 0 1-5 5H39a5 5 0 0 1-5-5V46c0-9 9-12 9-16z" fill="{m}"/>
<rect x="34" y="50" width="28" height="20" fill="#fff" opacity=".92"/>
<g transform="translate(48 60)">{k}</g>
<path d="M38 46c0-6 5-8 7-12v12z" fill="#fff" opacity=".35"/>""",
    "can": """<rect x="32" y="20" width="32" height="60" rx="5" fill="{m}"/>
<rect x="35" y="16" width="26" height="6" rx="3" fill="#c9cfd6"/>
<rect x="35" y="77" width="26" height="5" rx="2.5" fill="#b6bdc6"/>
<rect x="32" y="34" width="32" height="30" fill="#fff" opacity=".92"/>
<rect x="32" y="34" width="32" height="3" fill="{d}"/><rect x="32" y="61" width="32" height="3" fill="{d}"/>
<g transform="translate(48 49)">{k}</g>
<rect x="35" y="22" width="4" height="11" rx="2" fill="#fff" opacity=".4"/>""",
    "carton": """<path d="M33 32l7-12h16l7 12z" fill="{l}"/><path d="M40 14h16v7H40z" fill="{d}"/>
<rect x="33" y="32" width="30" height="50" rx="2" fill="#fff"/>
<path d="M33 58c8-7 14 6 30-2v24a2 2 0 0 1-2 2H35a2 2 0 0 1-2-2z" fill="{m}"/>
<g transform="translate(48 45)">{k}</g>
<rect x="56" y="32" width="7" height="50" fill="{d}" opacity=".12"/>""",
    "box": """<rect x="25" y="24" width="46" height="57" rx="3" fill="{m}"/>
<path d="M25 27a3 3 0 0 1 3-3h40a3 3 0 0 1 3 3v7H25z" fill="{d}"/>
<rect x="31" y="41" width="34" height="32" rx="3" fill="#fff" opacity=".92"/>
<g transform="translate(48 54) scale(1.25)">{k}</g>
<rect x="38" y="66" width="20" height="3" rx="1.5" fill="{l}"/>""",
    "bag": """<path d="M29 20h38l3 8-2 10 2 38-2 6H28l-2-6 2-38-2-10z" fill="{m}"/>
<path d="M29 20h38l1.500 4h-41z" fill="{d}"/><path d="M27 78h42l-1 4H28z" fill="{d}"/>
<circle cx="48" cy="51" r="15" fill="#fff" opacity=".92"/>
<g transform="translate(48 51) scale(1.35)">{k}</g>
<path d="M32 28c-1 10 1 30-1 44" stroke="#fff" stroke-width="3" opacity=".35" fill="none"
 stroke-linecap="round"/>""",
    "jar": """<rect x="33" y="18" width="30" height="10" rx="3" fill="{d}"/>
<path d="M35 28h26c4 3 6 7 6 12v35a7 7 0 0 1-7 7H36a7 7 0 0 1-7-7V40c0-5 2-9 6-12z" fill="{m}"/>
<rect x="29" y="44" width="38" height="24" fill="#fff" opacity=".92"/>
<g transform="translate(48 56)">{k}</g>
<path d="M34 40c0-4 2-6 4-8" stroke="#fff" stroke-width="3" opacity=".5" fill="none"
 stroke-linecap="round"/>""",
    "tube": """<path d="M34 18h28l-3 52H37z" fill="{m}"/><rect x="32" y="14" width="32" height="7" rx="2" fill="{l}"/>
<rect x="39" y="70" width="18" height="12" rx="3" fill="{d}"/>
<path d="M36 34h24l-1.500 22h-21z" fill="#fff" opacity=".92"/>
<g transform="translate(48 45)">{k}</g>""",
    "cup": """<path d="M30 30h36l-5 47a5 5 0 0 1-5 5H40a5 5 0 0 1-5-5z" fill="{m}"/>
<rect x="27" y="22" width="42" height="9" rx="4" fill="{l}"/>
<path d="M32.500 44h31l-2 20h-27z" fill="#fff" opacity=".92"/>
<g transform="translate(48 54)">{k}</g>""",
    "bowl": """<path d="M28 46c2-14 12-18 20-18s18 4 20 18z" fill="{l}"/>
<circle cx="40" cy="39" r="6" fill="#e8735a"/><circle cx="53" cy="37" r="7" fill="#8cbf6a"/>
<circle cx="47" cy="43" r="5" fill="#f4c95d"/><circle cx="60" cy="43" r="4" fill="#e8735a"/>
<path d="M22 46h52c0 18-11 30-18 32H40c-7-2-18-14-18-32z" fill="{m}"/>
<path d="M24 54c14 5 34 5 48 0" stroke="#fff" stroke-width="3" opacity=".6" fill="none"/>""",
    "apple": """<path d="M48 34c8-8 25-5 25 14 0 18-11 32-19 32-3 0-4-1.500-6-1.500S45 80 42 80c-8 0-19-14-19-32
 0-19 17-22 25-14z" fill="{m}"/><path d="M48 34c0-8 2-12 5-16" stroke="#8a6a4a" stroke-width="3.500"
 fill="none" stroke-linecap="round"/><path d="M52 25c6-7 13-6 16-4-3 6-10 8-16 4z" fill="#6fae5c"/>
<path d="M30 46c1-6 4-8 8-9" stroke="#fff" stroke-width="4" opacity=".5" fill="none"
 stroke-linecap="round"/>""",
    "orange": """<circle cx="48" cy="54" r="27" fill="{m}"/><circle cx="48" cy="54" r="21" fill="#fff6e0"/>
<g fill="{l}"><path d="M48 54V36a18 18 0 0 1 14 7z"/><path d="M48 54l15-9a18 18 0 0 1 2 16z"/>
<path d="M48 54l15 9a18 18 0 0 1-13 9z"/><path d="M48 54l-2 18a18 18 0 0 1-13-9z"/>
<path d="M48 54l-17 7a18 18 0 0 1 2-16z"/><path d="M48 54L34 42a18 18 0 0 1 12-6z"/></g>
<path d="M50 27c4-9 12-10 17-8-2 7-9 11-17 8z" fill="#6fae5c"/>""",
    "banana": """<path d="M24 36c2 26 22 42 46 34 2-1 3-4 1-6-20-2-32-14-36-32l-1-8-7 1z" fill="{m}"/>
<path d="M34 32c4 22 18 36 37 38-22 3-38-12-42-36z" fill="{d}" opacity=".35"/>
<path d="M26 20l9-1 1 8-9 2z" fill="#8a6a4a"/><circle cx="71" cy="67" r="3" fill="#8a6a4a"/>""",
    "berry": """<g fill="{m}"><circle cx="36" cy="44" r="10"/><circle cx="48" cy="40" r="10"/>
<circle cx="60" cy="44" r="10"/><circle cx="42" cy="58" r="10"/><circle cx="55" cy="58" r="10"/>
<circle cx="48" cy="72" r="10"/></g><g fill="{d}" opacity=".35"><circle cx="60" cy="47" r="7"/>
<circle cx="55" cy="61" r="7"/><circle cx="48" cy="75" r="6"/></g>
<g fill="#fff" opacity=".55"><circle cx="33" cy="40" r="3"/><circle cx="45" cy="36" r="3"/>
<circle cx="39" cy="54" r="3"/><circle cx="45" cy="68" r="3"/></g>
<path d="M48 32c-2-8 0-12 3-15" stroke="#8a6a4a" stroke-width="3.500" fill="none"
 stroke-linecap="round"/><path d="M50 27c6-7 14-7 18-4-4 7-12 8-18 4z" fill="#6fae5c"/>""",
    "melon": """<path d="M16 40a32 32 0 0 0 64 0z" transform="translate(0 6)" fill="{d}"/>
<path d="M20 46a28 28 0 0 0 56 0z" fill="#f3f7dd"/><path d="M24 46a24 24 0 0 0 48 0z" fill="{m}"/>
<g fill="#5b4636"><ellipse cx="38" cy="53" rx="1.800" ry="3"/><ellipse cx="48" cy="56" rx="1.800" ry="3"/>
<ellipse cx="58" cy="53" rx="1.800" ry="3"/><ellipse cx="43" cy="62" rx="1.800" ry="3"/>
<ellipse cx="53" cy="62" rx="1.800" ry="3"/></g>
<path d="M26 36c8-12 36-12 44 0z" fill="{l}" opacity=".6"/>""",
    "pear": """<path d="M48 22c9 0 11 8 12 16 1 7 11 12 11 25 0 12-11 19-23 19s-23-7-23-19c0-13 10-18 11-25
 1-8 3-16 12-16z" fill="{m}"/><path d="M48 22c0-4 1-6 3-9" stroke="#8a6a4a" stroke-width="3.500"
 fill="none" stroke-linecap="round"/><path d="M51 18c6-5 12-4 15-2-4 6-10 6-15 2z" fill="#6fae5c"/>
<path d="M33 60c0-6 4-9 7-12" stroke="#fff" stroke-width="4" opacity=".5" fill="none"
 stroke-linecap="round"/>""",
    "leaf": """<path d="M48 82c-22-4-28-24-20-40 2-14 12-22 20-26 8 4 18 12 20 26 8 16 2 36-20 40z" fill="{m}"/>
<path d="M48 82c-12-6-16-20-12-34 2-10 8-16 12-20 4 4 10 10 12 20 4 14 0 28-12 34z" fill="{l}"/>
<path d="M48 82V36M48 66l9-9M48 66l-9-9M48 52l7-7M48 52l-7-7" stroke="#fff" stroke-width="2.500"
 opacity=".8" fill="none" stroke-linecap="round"/>""",
    "carrot": """<path d="M36 36c8-6 18-4 23 2 3 5 1 11-4 16L28 80c-3 2-6 0-5-4z" fill="{m}"
 transform="rotate(-8 48 54)"/><path d="M56 34c-2-9 0-14 4-18M58 36c4-8 10-12 15-12M59 39c6-3 12-3 16 0"
 stroke="#6fae5c" stroke-width="5" fill="none" stroke-linecap="round"/>
<path d="M39 46l7 4M34 57l7 4M47 38l6 5" stroke="{d}" stroke-width="2.500" opacity=".7"
 stroke-linecap="round"/>""",
    "tomato": """<ellipse cx="48" cy="55" rx="28" ry="25" fill="{m}"/>
<path d="M48 34l-4-6M48 33l-13 3 9 3 4 8 4-8 9-3z" fill="#5f9e52" stroke="#5f9e52" stroke-width="3"
 stroke-linejoin="round"/><path d="M27 52c1-6 4-10 8-12" stroke="#fff" stroke-width="4" opacity=".5"
 fill="none" stroke-linecap="round"/>""",
    "pepper": """<path d="M48 34c8-7 25-4 24 14-1 18-8 34-14 34-4 0-6-4-10-4s-6 4-10 4c-6 0-13-16-14-34-1-18
 16-21 24-14z" fill="{m}"/><path d="M48 34c-6 12-6 34 0 44 6-10 6-32 0-44z" fill="{d}" opacity=".3"/>
<path d="M48 36c-1-8 1-14 6-18" stroke="#5f9e52" stroke-width="6" fill="none"
 stroke-linecap="round"/><path d="M31 46c1-5 3-7 6-8" stroke="#fff" stroke-width="4" opacity=".5"
 fill="none" stroke-linecap="round"/>""",
    "onion": """<path d="M48 22c2 10 26 14 26 36 0 14-12 22-26 22s-26-8-26-22c0-22 24-26 26-36z" fill="{m}"/>
<path d="M48 24c1 10 12 16 12 34 0 12-5 22-12 22s-12-10-12-22c0-18 11-24 12-34z" fill="{l}"/>
<path d="M48 24c-2-5-5-7-8-8M48 24c1-5 4-8 8-9" stroke="#8cbf6a" stroke-width="3.500" fill="none"
 stroke-linecap="round"/><path d="M42 80l-3 5M48 80v6M54 80l3 5" stroke="#b59a78"
 stroke-width="2.500" stroke-linecap="round"/>""",
    "potato": """<path d="M26 50c2-16 18-24 32-20 12 4 18 16 15 28-3 14-18 22-32 20-10-2-17-14-15-28z"
 fill="{m}"/><g fill="{d}" opacity=".6"><ellipse cx="40" cy="46" rx="3" ry="2"/>
<ellipse cx="58" cy="44" rx="3" ry="2"/><ellipse cx="50" cy="60" rx="3" ry="2"/>
<ellipse cx="62" cy="60" rx="2.500" ry="1.800"/><ellipse cx="37" cy="63" rx="2.500" ry="1.800"/></g>
<path d="M32 46c2-6 6-9 11-10" stroke="#fff" stroke-width="4" opacity=".45" fill="none"
 stroke-linecap="round"/>""",
    "corn": """<path d="M48 14c11 6 14 20 13 34-1 12-5 22-13 28-8-6-12-16-13-28-1-14 2-28 13-34z" fill="{m}"/>
<path d="M42 22v46M48 18v54M54 22v46M37 34h22M36 44h24M37 54h22M41 24h14" stroke="{d}"
 stroke-width="1.600" opacity=".5"/><path d="M48 84C32 80 26 66 28 46c10 8 16 22 20 38z" fill="#7db567"/>
<path d="M48 84c16-4 22-18 20-38-10 8-16 22-20 38z" fill="#93c47d"/>""",
    "mushroom": """<path d="M39 52h18l3 24c0 4-5 6-12 6s-12-2-12-6z" fill="#f4ead9"/>
<path d="M20 52c0-20 13-32 28-32s28 12 28 32c0 4-12 5-28 5s-28-1-28-5z" fill="{m}"/>
<g fill="#fff" opacity=".75"><ellipse cx="38" cy="38" rx="5" ry="4"/>
<ellipse cx="54" cy="32" rx="6" ry="4.500"/><ellipse cx="63" cy="45" rx="4" ry="3"/></g>""",
    "egg": """<ellipse cx="36" cy="54" rx="15" ry="20" fill="{l}"/><ellipse cx="60" cy="52" rx="16" ry="21" fill="{m}"/>
<ellipse cx="48" cy="58" rx="16" ry="21" fill="#fdf3e4"/>
<ellipse cx="43" cy="49" rx="4" ry="6" fill="#fff"/>
<path d="M22 70h52l-4 12H26z" fill="#c3a27c"/><path d="M22 70h52l-1 4H23z" fill="#a98a66"/>""",
    "fish": """<path d="M18 50c8-18 32-22 46-6l14-10c-3 10-3 22 0 32L64 56c-14 16-38 12-46-6z" fill="{m}"/>
<path d="M18 50c8 12 32 16 46 6-14 16-38 12-46-6z" fill="{l}"/>
<circle cx="31" cy="46" r="3.500" fill="#fff"/><circle cx="31" cy="46" r="1.800" fill="#333"/>
<path d="M41 39c4 7 4 15 0 22M50 39c3 6 3 14 0 20" stroke="{d}" stroke-width="2.500" opacity=".5"
 fill="none" stroke-linecap="round"/>""",
    "shrimp": """<path d="M68 28c-24-8-46 4-46 26 0 18 16 28 32 26-2-4-2-6 0-10-10 0-16-6-16-14 0-10 12-14 30-12z"
 fill="{m}"/><path d="M40 30c4 6 5 10 4 18M30 38c5 5 8 8 9 14M26 52l12 6M32 68l8-6M46 78l3-8"
 stroke="#fff" stroke-width="2.500" opacity=".6" fill="none" stroke-linecap="round"/>
<path d="M68 28c6-2 9-6 10-10M68 34c6 0 10-2 13-5" stroke="{d}" stroke-width="2.500" fill="none"
 stroke-linecap="round"/><circle cx="61" cy="34" r="2.500" fill="#333"/>
<path d="M54 70l10 4-4 10z" fill="{d}"/>""",
    "steak": """<path d="M22 52c-2-16 12-28 28-26 16 1 26 10 24 26-2 15-12 26-26 24-12-1-24-8-26-24z"
 fill="#fbe9e4"/><path d="M27 52c-2-12 10-22 23-21 13 1 21 8 19 21-1 12-10 20-21 19-10-1-20-7-21-19z"
 fill="{m}"/><ellipse cx="42" cy="46" rx="6" ry="5" fill="#fbe9e4"/>
<path d="M52 40c6 3 9 8 9 14M40 62c5 3 11 3 15 0M54 52c2 3 2 6 1 8" stroke="#fff"
 stroke-width="2.500" opacity=".7" fill="none" stroke-linecap="round"/>""",
    "drumstick": """<path d="M26 70l14-14 6 6-14 14c1 4-2 7-5 6-1-3-3-4-5-4-2-3 0-8 4-8z" fill="#fbf3e6"/>
<path d="M38 58c-4-12 0-30 16-35 14-4 23 6 21 19-3 16-19 24-31 22z" fill="{m}"/>
<path d="M48 34c4-5 9-6 13-5" stroke="#fff" stroke-width="4" opacity=".5" fill="none"
 stroke-linecap="round"/><path d="M38 58l6 6c-4 1-7-2-6-6z" fill="{d}"/>""",
    "sausage": """<g transform="rotate(-35 48 52)"><rect x="16" y="34" width="62" height="15" rx="7.500" fill="{m}"/>
<rect x="18" y="54" width="62" height="15" rx="7.500" fill="{d}"/>
<path d="M28 37l5 9M40 37l5 9M52 37l5 9M64 37l5 9M32 57l5 9M44 57l5 9M56 57l5 9M68 57l5 9"
 stroke="#fff" stroke-width="2.500" opacity=".6" stroke-linecap="round"/></g>""",
    "cheese": """<path d="M18 54l44-26c8 4 14 14 16 26z" fill="{l}"/><path d="M18 54h60v24H18z" fill="{m}"/>
<g fill="{d}" opacity=".65"><circle cx="32" cy="66" r="5"/><circle cx="52" cy="70" r="4"/>
<circle cx="66" cy="62" r="4.500"/><ellipse cx="58" cy="44" rx="5" ry="3"/>
<ellipse cx="43" cy="49" rx="3.500" ry="2"/></g>""",
    "butter": """<path d="M22 50l12-12h42L64 50z" fill="{l}"/><path d="M22 50h42v22H22z" fill="{m}"/>
<path d="M64 50l12-12v20L64 72z" fill="{d}" opacity=".7"/><path d="M36 50v22" stroke="#fff"
 stroke-width="2.500" opacity=".7"/><path d="M14 72h68l-5 8H19z" fill="#fff"/>
<path d="M14 72h68l-1.500 3h-65z" fill="#d8dee6"/>""",
    "bread": """<path d="M22 40c-4-14 10-18 26-18s30 4 26 18c-1 4-4 5-4 8v26a5 5 0 0 1-5 5H31a5 5 0 0 1-5-5V48
 c0-3-3-4-4-8z" fill="{d}"/><path d="M28 40c-3-9 8-12 20-12s23 3 20 12c-1 3-4 4-4 7v22a4 4 0 0 1-4 4
 H36a4 4 0 0 1-4-4V47c0-3-3-4-4-7z" fill="{l}"/>
<path d="M40 44c4 2 10 2 16 0M40 56c4 2 10 2 16 0" stroke="{m}" stroke-width="3" fill="none"
 stroke-linecap="round"/>""",
    "croissant": """<path d="M16 66c-2-22 12-42 32-42s34 20 32 42c-1 6-9 6-13 0-5-8-11-12-19-12s-14 4-19 12
 c-4 6-12 6-13 0z" fill="{m}"/><path d="M34 30l4 25M62 30l-4 25M22 44l10 17M74 44L64 61M48 24v30"
 stroke="{d}" stroke-width="3" opacity=".6" stroke-linecap="round"/>""",
    "cake": """<path d="M22 48h52v28a5 5 0 0 1-5 5H27a5 5 0 0 1-5-5z" fill="{l}"/>
<path d="M22 44a8 8 0 0 1 8-8h36a8 8 0 0 1 8 8v10c-4 6-9 6-13 0-4 6-9 6-13 0-4 6-9 6-13 0-4 6-9 6-13 0z"
 fill="{m}"/><rect x="22" y="66" width="52" height="5" fill="{d}" opacity=".5"/>
<circle cx="48" cy="30" r="7" fill="#e45b5b"/><path d="M48 24c1-5 4-7 7-8" stroke="#6fae5c"
 stroke-width="2.500" fill="none" stroke-linecap="round"/>""",
    "cookie": """<circle cx="48" cy="52" r="27" fill="{m}"/><circle cx="48" cy="52" r="22" fill="{l}"/>
<g fill="{d}"><circle cx="40" cy="44" r="4"/><circle cx="56" cy="42" r="3.500"/>
<circle cx="60" cy="56" r="4"/><circle cx="46" cy="58" r="3.500"/><circle cx="36" cy="58" r="3"/>
<circle cx="52" cy="67" r="3"/></g>""",
    "icecream": """<path d="M34 50h28L48 84z" fill="#e2b078"/>
<path d="M38 58l14 16M58 58L46 74M44 51l12 14M52 51L41 65" stroke="#c08d55" stroke-width="2"/>
<circle cx="48" cy="34" r="17" fill="{m}"/><path d="M29 46a5 5 0 0 1 5-5h28a5 5 0 0 1 0 11c-3 0-4 4-7 4
 s-4-4-7-4-4 4-7 4-4-4-7-4a5 5 0 0 1-5-6z" fill="{l}"/>
<path d="M38 30c2-5 5-7 9-7" stroke="#fff" stroke-width="4" opacity=".6" fill="none"
 stroke-linecap="round"/>""",
    "pizza": """<path d="M18 32c18-14 42-14 60 0L48 84z" fill="#e2b078"/>
<path d="M24 38c15-10 33-10 48 0L48 80z" fill="{l}"/><g fill="{m}"><circle cx="40" cy="44" r="5.500"/>
<circle cx="57" cy="44" r="5.500"/><circle cx="48" cy="60" r="5.500"/></g>
<g fill="#6fae5c"><circle cx="48" cy="37" r="2.500"/><circle cx="50" cy="50" r="2.500"/>
<circle cx="42" cy="55" r="2"/></g>""",
    "candy": """<g transform="rotate(-25 48 52)"><path d="M30 52L14 40v24zM66 52l16-12v24z" fill="{l}"/>
<ellipse cx="48" cy="52" rx="21" ry="17" fill="{m}"/>
<path d="M40 37c-5 9-5 21 0 30M52 35.500c-5 10-5 23 0 33M62 40c-4 8-4 17 0 24" stroke="#fff"
 stroke-width="3.500" opacity=".75" fill="none"/></g>""",
    "chocolate": """<g transform="rotate(-12 48 52)"><rect x="30" y="18" width="36" height="38" rx="3" fill="{m}"/>
<path d="M42 18v38M54 18v38M30 30h36M30 43h36" stroke="{d}" stroke-width="2.500"/>
<path d="M27 50l7 4 7-4 7 4 7-4 7 4 7-4v29a3 3 0 0 1-3 3H30a3 3 0 0 1-3-3z" fill="{l}"/>
<rect x="27" y="62" width="42" height="10" fill="#fff" opacity=".8"/></g>""",
    "noodles": """<path d="M24 48h48c0 16-9 26-15 30H39c-6-4-15-14-15-30z" fill="{m}"/>
<path d="M28 46c2-12 10-6 10-14s10-8 10 0 10-6 10 4 8 2 10 10" stroke="#f2cf7a" stroke-width="5"
 fill="none" stroke-linecap="round"/><path d="M30 48c6-8 10-8 14-2 6-8 12-8 20 0" stroke="#f7dfa0"
 stroke-width="5" fill="none" stroke-linecap="round"/>
<path d="M60 18L50 46M68 20L56 46" stroke="#8a6a4a" stroke-width="3" stroke-linecap="round"/>
<rect x="22" y="46" width="52" height="6" rx="3" fill="{d}"/>""",
    "rice": """<path d="M24 50c2-16 14-22 24-22s22 6 24 22z" fill="#fffdf5"/>
<g stroke="#e6dfcb" stroke-width="2.500" stroke-linecap="round"><path d="M38 40l3 2M48 34l3 1M57 41l-3 2
M45 44l3 1M52 47l3-1M36 47l3 1"/></g><path d="M20 50h56c0 16-10 26-18 29H38c-8-3-18-13-18-29z"
 fill="{m}"/><path d="M24 58c16 6 32 6 48 0" stroke="#fff" stroke-width="3" opacity=".6"
 fill="none"/>""",
    "nut": """<path d="M40 26c9-6 18 0 17 9-1 7-1 9 3 15 5 9 1 22-11 24-13 2-20-9-17-19 2-7 2-9 0-15-2-7 2-11 8-14z"
 fill="{m}" transform="rotate(20 48 50)"/><path d="M42 36c4 2 8 1 11-2M40 44c5 2 9 1 13-2M38 56c6 4 14 3 19-2
M40 66c5 3 11 2 15-2" stroke="{d}" stroke-width="2.500" opacity=".6" fill="none"
 stroke-linecap="round" transform="rotate(20 48 50)"/>""",
    "flower": """<path d="M48 52v32" stroke="#6fae5c" stroke-width="4" stroke-linecap="round"/>
<path d="M48 74c-10 0-14-5-16-10 8-1 14 3 16 10zM48 70c8 0 13-5 15-9-8-1-13 3-15 9z" fill="#8cbf6a"/>
<g fill="{m}"><circle cx="48" cy="24" r="9"/><circle cx="61" cy="34" r="9"/>
<circle cx="56" cy="49" r="9"/><circle cx="40" cy="49" r="9"/><circle cx="35" cy="34" r="9"/></g>
<g fill="{l}"><circle cx="48" cy="27" r="4"/><circle cx="58" cy="35" r="4"/>
<circle cx="54" cy="46" r="4"/><circle cx="42" cy="46" r="4"/><circle cx="38" cy="35" r="4"/></g>
<circle cx="48" cy="38" r="7" fill="#f4c95d"/>""",
    "plant": """<path d="M48 56c-2-18-14-24-26-22 0 14 12 22 26 22zM48 56c2-18 14-24 26-22 0 14-12 22-26 22z"
 fill="#7db567"/><path d="M48 58c-8-16-6-32 0-42 6 10 8 26 0 42z" fill="#93c47d"/>
<path d="M30 58h36l-4 22a4 4 0 0 1-4 3H38a4 4 0 0 1-4-3z" fill="{m}"/>
<rect x="27" y="54" width="42" height="8" rx="3" fill="{d}"/>""",
    "paw": """<circle cx="48" cy="52" r="31" fill="{l}"/><g fill="{m}">
<path d="M48 50c9 0 17 10 16 17-1 6-8 5-16 5s-15 1-16-5c-1-7 7-17 16-17z"/>
<ellipse cx="30" cy="49" rx="5.500" ry="7.500" transform="rotate(-22 30 49)"/>
<ellipse cx="41" cy="38" rx="5.500" ry="8"/><ellipse cx="55" cy="38" rx="5.500" ry="8"/>
<ellipse cx="66" cy="49" rx="5.500" ry="7.500" transform="rotate(22 66 49)"/></g>""",
    "baby": """<path d="M42 14h12l3 10H39z" fill="#f0c9a0"/><rect x="34" y="24" width="28" height="8" rx="3" fill="{d}"/>
<path d="M36 32h24a4 4 0 0 1 4 4v39a7 7 0 0 1-7 7H39a7 7 0 0 1-7-7V36a4 4 0 0 1 4-4z" fill="#fff"/>
<path d="M32 54h32v21a7 7 0 0 1-7 7H39a7 7 0 0 1-7-7z" fill="{l}"/>
<path d="M48 72c-8-5-10-9-8-13 2-3 6-2 8 1 2-3 6-4 8-1 2 4 0 8-8 13z" fill="{m}"/>
<path d="M56 40h6M58 46h4" stroke="{d}" stroke-width="2" stroke-linecap="round"/>""",
    "spray": """<path d="M38 16h18l8 5v6H48v7H40v-9c-4 0-6 3-8 7l-3-2c2-8 4-14 9-14z" fill="{d}"/>
<path d="M38 34h12c2 6 12 8 12 18v26a4 4 0 0 1-4 4H34a4 4 0 0 1-4-4V52c0-10 6-12 8-18z" fill="{m}"/>
<rect x="30" y="54" width="32" height="18" fill="#fff" opacity=".92"/>
<g transform="translate(46 63)">{k}</g>
<g fill="{l}"><circle cx="70" cy="20" r="2"/><circle cx="75" cy="25" r="2"/><circle cx="70" cy="29" r="2"/></g>""",
    "roll": """<path d="M40 26h22c8 0 13 11 13 25s-5 25-13 25H40z" fill="#fff"/>
<ellipse cx="40" cy="51" rx="14" ry="25" fill="#f7f7f7"/><ellipse cx="40" cy="51" rx="14" ry="25" fill="{l}"
 opacity=".55"/><ellipse cx="40" cy="51" rx="5" ry="9" fill="{d}"/>
<path d="M56 26c8 0 13 11 13 25v31h6V51c0-14-5-25-13-25z" fill="{l}"/>
<path d="M69 62v20" stroke="{m}" stroke-width="2" stroke-dasharray="3 3"/>""",
    "pill": """<rect x="35" y="16" width="26" height="10" rx="3" fill="#fff"/>
<rect x="31" y="28" width="34" height="54" rx="7" fill="{m}"/>
<rect x="31" y="42" width="34" height="28" fill="#fff" opacity=".94"/>
<path d="M45 47h6v6h6v6h-6v6h-6v-6h-6v-6h6z" fill="{d}"/>
<rect x="35" y="31" width="4" height="8" rx="2" fill="#fff" opacity=".5"/>""",
    "lipstick": """<path d="M40 40V26c0-4 8-10 14-12v26z" fill="{m}"/><path d="M40 28c4-3 8-6 14-8v-6c-6 2-14 8-14 12z"
 fill="{l}"/><rect x="38" y="40" width="18" height="12" fill="#f0d9a8"/>
<rect x="34" y="52" width="26" height="30" rx="3" fill="{d}"/>
<rect x="38" y="56" width="4" height="20" rx="2" fill="#fff" opacity=".35"/>""",
    "book": """<rect x="28" y="18" width="42" height="62" rx="3" fill="{d}"/>
<rect x="32" y="20" width="36" height="58" rx="2" fill="#fff"/>
<path d="M28 21a3 3 0 0 1 3-3h33a3 3 0 0 1 3 3v53H28z" fill="{m}"/>
<rect x="34" y="26" width="26" height="7" rx="2" fill="#fff" opacity=".92"/>
<rect x="34" y="40" width="26" height="26" rx="2" fill="{l}"/><g transform="translate(47 53) scale(1.300)">{k}</g>
<rect x="28" y="18" width="4" height="56" fill="{d}" opacity=".5"/>""",
    "toy": """<rect x="20" y="50" width="26" height="28" rx="4" fill="{m}"/>
<rect x="50" y="50" width="26" height="28" rx="4" fill="{d}"/><path d="M48 16l17 30H31z" fill="{l}"
 stroke="{l}" stroke-width="4" stroke-linejoin="round"/><circle cx="33" cy="64" r="7" fill="#fff" opacity=".85"/>
<path d="M63 55l2.700 6 6.300.600-4.800 4.200 1.500 6.200-5.700-3.200-5.700 3.200 1.500-6.200-4.800-4.200 6.300-.600z" fill="#fff"
 opacity=".85"/>""",
    "bulb": """<path d="M48 14c15 0 24 11 24 23 0 14-12 18-13 29H37c-1-11-13-15-13-29 0-12 9-23 24-23z"
 fill="{m}"/><path d="M32 36c0-8 6-13 12-14" stroke="#fff" stroke-width="4" opacity=".7" fill="none"
 stroke-linecap="round"/><path d="M42 62V46l6 5 6-5v16" stroke="#fff" stroke-width="2.500"
 fill="none" stroke-linejoin="round"/><rect x="38" y="66" width="20" height="5" rx="2.500" fill="#aeb6c0"/>
<rect x="39" y="72" width="18" height="5" rx="2.500" fill="#9aa3ae"/><path d="M42 78h12l-3 5h-6z"
 fill="#848d99"/>""",
    "tool": """<path d="M44 18h8v36h-8z" fill="#d9b38c"/><path d="M48 14a4 4 0 0 1 4 4h-8a4 4 0 0 1 4-4z" fill="#b98f66"/>
<path d="M36 50h24a4 4 0 0 1 4 4v6H32v-6a4 4 0 0 1 4-4z" fill="{d}"/>
<path d="M32 60h32l4 22H28z" fill="{m}"/><path d="M36 62l-2 18M44 62l-1 18M52 62l1 18M60 62l2 18"
 stroke="#fff" stroke-width="2.500" opacity=".6" stroke-linecap="round"/>""",
    "shirt": """<path d="M36 20l-18 9 6 17 8-4v38h32V42l8 4 6-17-18-9c-3 6-8 8-12 8s-9-2-12-8z" fill="{m}"/>
<path d="M36 20c3 6 8 8 12 8s9-2 12-8l-4-2c-2 4-5 5-8 5s-6-1-8-5z" fill="{d}"/>
<path d="M32 58h32M32 64h32" stroke="#fff" stroke-width="3" opacity=".75"/>""",
    "gift": """<rect x="24" y="44" width="48" height="37" rx="3" fill="{m}"/><rect x="20" y="34" width="56" height="14" rx="3" fill="{d}"/>
<rect x="43" y="34" width="10" height="47" fill="#fff" opacity=".9"/>
<path d="M48 34c-6-14-18-17-21-10-2 6 8 10 21 10zM48 34c6-14 18-17 21-10 2 6-8 10-21 10z" fill="none"
 stroke="{l}" stroke-width="5"/>""",
    "wine": """<path d="M36 14h10v22c0 5 7 7 7 15v27a4 4 0 0 1-4 4H33a4 4 0 0 1-4-4V51c0-8 7-10 7-15z" fill="{m}"/>
<rect x="36" y="14" width="10" height="10" fill="{d}"/>
<rect x="29" y="54" width="24" height="17" fill="#fff8ea"/><g transform="translate(41 62.500) scale(.9)">{k}</g>
<path d="M58 46h20c1 12-3 18-10 18s-11-6-10-18z" fill="#fff" opacity=".75"/>
<path d="M59 52h18c0 8-4 12-9 12s-9-4-9-12z" fill="{m}"/><path d="M68 64v15M61 81h14" stroke="#fff"
 stroke-width="3" stroke-linecap="round"/>""",
    "beer": """<path d="M28 36h34v42a5 5 0 0 1-5 5H33a5 5 0 0 1-5-5z" fill="{m}"/>
<path d="M62 46h7a6 6 0 0 1 6 6v12a6 6 0 0 1-6 6h-7" fill="none" stroke="{d}" stroke-width="5"/>
<path d="M26 38c-5-6 0-14 7-13 3-8 15-9 19-2 8-3 15 4 12 11-1 4-4 5-6 4-2 8-8 6-8 0-4 4-8 4-11 0-1 6-8 5-8 0z"
 fill="#fffaf0"/><path d="M36 50v24M45 50v24M54 50v24" stroke="#fff" stroke-width="3" opacity=".45"
 stroke-linecap="round"/>""",
    "candle": """<path d="M48 12c6 8 8 12 8 16a8 8 0 0 1-16 0c0-4 2-8 8-16z" fill="#f6a63c"/>
<path d="M48 21c3 4 4 6 4 8a4 4 0 0 1-8 0c0-2 1-4 4-8z" fill="#ffe9a8"/>
<path d="M48 36v8" stroke="#7a6a5a" stroke-width="2.500"/><rect x="32" y="42" width="32" height="40" rx="4" fill="{m}"/>
<path d="M32 46a4 4 0 0 1 4-4h24a4 4 0 0 1 4 4v6c-3 6-7 4-8 0-2 10-8 10-9 0-2 5-7 5-8 0-1 3-4 3-7 0z"
 fill="{l}"/>""",
    "pot": """<rect x="24" y="42" width="48" height="36" rx="6" fill="{m}"/><rect x="20" y="36" width="56" height="8" rx="4" fill="{d}"/>
<path d="M28 36c2-10 10-14 20-14s18 4 20 14z" fill="{l}"/><circle cx="48" cy="19" r="4" fill="{d}"/>
<rect x="13" y="50" width="12" height="6" rx="3" fill="{d}"/><rect x="71" y="50" width="12" height="6" rx="3" fill="{d}"/>
<rect x="29" y="48" width="5" height="22" rx="2.500" fill="#fff" opacity=".4"/>""",
}

MOTIFS = {
    "drop": '<path d="M0-7c5 6 6 8 6 10a6 6 0 0 1-12 0c0-2 1-4 6-10z" fill="{m}"/>',
    "leaf": '<path d="M-6 5c-1-8 4-12 12-11 1 8-4 12-12 11z" fill="#7db567"/>'
    '<path d="M-7 7L3-3" stroke="#fff" stroke-width="1.500"/>',
    "dots": '<circle cx="-3.500" cy="2" r="3.800" fill="{m}"/><circle cx="3.500" cy="2" r="3.800" fill="{d}"/>'
    '<circle cy="-4" r="3.800" fill="{m}"/>',
    "star": '<path d="M0-7l2 4.500 5 .500-3.800 3.300 1.200 4.900L0 3.700l-4.400 2.500 1.200-4.900L-7-2l5-.500z" fill="{m}"/>',
    "heart": '<path d="M0 7c-9-6-8-13-3.500-13C-1-6 0-3.500 0-3.500S1-6 3.500-6C8-6 9 1 0 7z" fill="{m}"/>',
    "wave": '<path d="M-8-2c4-4 4 4 8 0s4 4 8 0M-8 4c4-4 4 4 8 0s4 4 8 0" stroke="{m}" '
    'stroke-width="2.800" fill="none" stroke-linecap="round"/>',
    "wheat": '<path d="M0 8V-7" stroke="{d}" stroke-width="1.800"/><g fill="{m}">'
    '<ellipse cx="-3.500" cy="-3" rx="2" ry="3.500" transform="rotate(-30 -3.500 -3)"/>'
    '<ellipse cx="3.500" cy="-3" rx="2" ry="3.500" transform="rotate(30 3.500 -3)"/>'
    '<ellipse cx="-3.500" cy="3" rx="2" ry="3.500" transform="rotate(-30 -3.500 3)"/>'
    '<ellipse cx="3.500" cy="3" rx="2" ry="3.500" transform="rotate(30 3.500 3)"/></g>',
    "fruit": '<circle cy="1.500" r="5.800" fill="{m}"/><path d="M0-4c0-3 2-4 4-4" stroke="#7db567" '
    'stroke-width="2" fill="none" stroke-linecap="round"/>',
    "fish": '<path d="M-8 0c3-6 9-6 12-1l4-4v10L4 1C1 6-5 6-8 0z" fill="{m}"/>'
    '<circle cx="-4" cy="-1" r="1" fill="#fff"/>',
    "bubble": '<circle cx="-2" cy="2" r="5" fill="{l}"/><circle cx="4" cy="-3" r="3.500" fill="{m}"/>'
    '<circle cx="4.500" cy="5" r="2" fill="{m}"/>',
}
