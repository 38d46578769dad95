"""State tests in the format of ethereum/tests (GeneralStateTests): reading and running them."""
