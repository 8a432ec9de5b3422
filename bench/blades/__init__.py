"""How true the gap between the blades is: rendered backs with known truth, and real clips.

    python -m bench.blades                                    renders, reads, writes the page
    python -m bench.blades --real LIST.tsv --clips FOLDER     real clips with times noted by eye

`testset`: which clips. `record`: rendering and landmarks, kept. `examine`: one clip against its
truth. `real`: moves between stretch and squeeze in real clips. `report`: the page.
"""
