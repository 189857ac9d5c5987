"""`jnst.web.painter` with the small network of `tiny.py`."""

from tiny import installed

from jnst.web import painter

if __name__ == "__main__":
    with installed():
        painter.main()
