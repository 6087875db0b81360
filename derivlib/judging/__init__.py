"""One formula to its verdict: what its statements bind, claim or mention."""
