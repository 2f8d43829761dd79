"""Start the served AWS of the end-to-end tests: `python front.py [--port N]`.

Prints `listening PORT` when ready and ends when its standard input closes, so that a killed test never leaves it behind.
"""

from served.main import main

if __name__ == "__main__":
    main()
