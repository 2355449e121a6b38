# The page `empty` of bench.empty_page: nothing below the stage.
