"""Effects of changes: the value of a KPI without the change, and whether the difference is more than chance.

One word per thing:

- *question*: did this change move this KPI at this touchpoint? (`company.answers.Question`)
- *estimate*: effect, margin, p-value and smallest visible effect of one pattern of periods (`method.estimates.Estimates`)
- *placebo*: the same estimate at an earlier date without a change
- *control*: another series that the change did not affect, subtracted before estimating
- *answer*: the estimate of one question with the periods and controls it used (`company.answers.Answer`)
- *verdict*: better, worse, no visible effect, too little data, not separable (`method.words`, `company.verdicts`)
- *judgement*: one row of `fct_judgements`, an answer with its verdict and texts (`company.judgements`); its *occasion* says what was asked:
  a change, a segment, a change of tomorrow, a quiet date, a proposed break
- *series effect*: estimate and verdict of one series from a table (`series.single.SeriesEffect`)

`method` does not depend on a company. `company`, `series` and `simulation` import `method`, and do not import one another.
"""
