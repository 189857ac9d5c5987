import pytest
from refusals import check_says, in_a_folder_of_pictures  # noqa: F401

from jnst.commands.options import stylize

SEVEN = "--method multistyle --style-number 7"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("photo.jpg painting.jpg", ""),
        ("", ""),
        ("--list layers --size 0", ""),
        ("photo.jpg network.pth", ""),
        ("photo.jpg --method multistyle --style-number 7", ""),
        ("photo.jpg painting.jpg --size 0", "size must be a number of at least 1, not 0"),
        ("photo.jpg none.jpg", "cannot read 'none.jpg'"),
        ("photo.jpg painting.jpg --save-every -1", "save_every must be a number of at least 0"),
        (
            "photo.jpg painting.jpg --quality instant --plot",
            "--quality instant paints in one pas",
        ),
        ("photo.jpg painting.jpg -o x.gif", "cannot write 'x.gif': unknown suffix '.gif'; choose"),
        ("photo.jpg painting.jpg -o no/x.png", "cannot write 'no/x.png': there is no folder 'no'"),
        ("photo.jpg painting.jpg -o ./painting.jpg", "the output painting.jpg is one of the pic"),
        (
            "photo.jpg painting.jpg -o x.jpg --depth 16",
            "cannot write 'x.jpg' with 16 bits: unknown s",
        ),
        ("photo.jpg painting.jpg -o x.tif --depth 16", ""),
        ("photo.jpg painting.jpg --blend 1 2", "blend has 2 numbers, but there is 1 painting"),
        ("photo.jpg painting.jpg other.jpg --blend 1 2", ""),
        ("photo.jpg network.pth --blend 1 2 --style-number 0 1", ""),
        ("photo.jpg painting.jpg --content-layers relu9_9", "unknown layer of vgg19 'relu9_9'"),
        ("photo.jpg painting.jpg --resume", "resume goes with checkpoint"),
        ("--batch photos", "--batch needs --out"),
        ("--batch nothing --out results", "--batch must be a folder of pictures or a .csv"),
        ("--batch photos --out results photo.jpg", "pictures by name and --batch do not go tog"),
        (
            "photos painting.jpg",
            "photos is a folder; many pictures are painted by: jnst stylize --batch photos "
            "--styles painting.jpg --out results",
        ),
        (
            "photo.jpg photos",
            "photos is a folder; many pictures are painted by: jnst stylize --batc",
        ),
        ("--batch photos --out results --plot", "--plot and --batch do not go together"),
        ("--batch photos --out results --like photo.jpg", "photo.jpg holds no settings"),
        ("--out results", "--out is a folder for the pictures of --batch; did you mean --output"),
        ("--batch pairs.csv --out results", ""),
        ("--batch pairs.csv --out results --styles painting.jpg", "--styles goes with a folder of"),
        (f"--batch pairs.csv --out results {SEVEN}", "with a table the numbers for method multi"),
        ("--batch photos --out results", "--batch needs --styles"),
        (f"--batch photos --out results {SEVEN}", ""),
        ("--batch photos --out results --styles photos painting.jpg any.jnst", ""),
        ("--batch photos --out results --styles painting.jpg none.jpg", "cannot read 'none.jpg'"),
        ("--batch photos --out results --styles a.pth --plot", "a trained network paints in one"),
    ],
)
def test_what_is_said_before_anything_is_read(text, says):
    if "--like" in text:
        says = "cannot read 'photo.jpg'"  # it is empty
    check_says(stylize, text, says)


def test_networks_are_known_by_their_suffix_alone():
    check_says(stylize, "photo.jpg mosaic.pth --method adain", "a trained network takes the place")
