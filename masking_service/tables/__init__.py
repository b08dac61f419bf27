"""What the columns of a table are: by their headers, and by what their cells look like. It masks nothing."""
