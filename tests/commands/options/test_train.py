import pytest
from refusals import check_says, in_a_folder_of_pictures  # noqa: F401

from jnst.commands.options import train


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("painting.jpg photos --photos photos", ""),
        ("none.jpg --photos photos", "cannot read 'none.jpg'"),
        ("painting.jpg --photos nowhere", "there is no folder 'nowhere' of pictures"),
        ("painting.jpg --photos photos --crop 8", "crop must be a number of at least 16, not 8"),
        ("painting.jpg", "give --photos, a folder of photographs to learn from"),
        ("painting.jpg --photos photos -o x.pth", "cannot write 'x.pth': unknown suffix '.pth'"),
        ("--photos photos", "give a painting, or several"),
        ("--photos photos --network wct1", ""),
        ("--photos photos --style-weight 0", "give --teacher or --pictures, which show what"),
        ("--photos photos --pictures photos --style-weight 0", ""),
        ("painting.jpg --photos photos --resume", "resume goes with checkpoint"),
        ("--resume", "resume goes with checkpoint"),
        ("--resume --checkpoint photos", ""),
        ("--resume --checkpoint none", "none holds no training to go on with; name paint"),
        ("--resume --checkpoint photos --steps 9", "give --photos, a folder of photographs"),
        ("painting.jpg --photos photos --preview-every -1", "preview_every must be a number of at"),
        ("painting.jpg --photos photos --preset quik", "--preset must be default, quick"),
    ],
)
def test_what_is_said_before_anything_is_read(text, says):
    check_says(train, text, says)
