"""Effects of changes: what a KPI would have been without a change, and whether the difference is more than chance.

One word per thing:

- *question*: did this change move this KPI at this touchpoint? (`company.answers.Question`)
- *estimate*: effect, margin, p-value and smallest visible effect of one pattern of periods (`method.estimates.Estimates`)
- *placebo*: the same estimate at an earlier date on which nothing changed
- *control*: another series that the change did not reach, subtracted before estimating
- *answer*: the estimate of one question with the periods and controls it used (`company.answers.Answer`)
- *verdict*: better, worse, no visible effect, too little data, not separable (`method.words`, `company.verdicts`)
- *judgement*: one row of `fct_judgements`, an answer with its verdict and texts (`company.judgements`); its *occasion* says what was asked:
  a change, a segment, a change of tomorrow, a quiet date, a proposed break
- *series effect*: estimate and verdict of one series from a table (`series.single.SeriesEffect`)

`method` knows no company. `company`, `series` and `simulation` import `method` and not one another.
"""
