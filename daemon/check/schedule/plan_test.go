package schedule

import (
	"slices"
	"testing"
	"testing/quick"
	"time"
)

func TestFirst(t *testing.T) {
	p := Plan{Loop: 2 * time.Second, Warmup: time.Minute}
	for _, n := range []int{1, 10, 100, 5000} {
		var at []time.Duration
		for i := range n {
			at = append(at, p.First(i))
		}
		slices.Sort(at)
		if at[0] < time.Second || at[n-1] >= 3*time.Second {
			t.Errorf("of %d, the first is at %v, the last at %v", n, at[0], at[n-1])
		}
		// The three-gap theorem: no gap is more than phi^2 times the mean.
		for i := 1; i < n; i++ {
			if gap, mean := at[i]-at[i-1], p.Loop/time.Duration(n); gap > mean*27/10 || gap < mean/3 {
				t.Errorf("of %d, there are %v between two, %v on average", n, gap, mean)
			}
		}
	}
	for _, p := range []Plan{{Loop: 2 * time.Second}, {Warmup: 0, Loop: 1}} {
		if a, b := p.First(0), p.First(17); a != time.Second || b != a {
			t.Errorf("without warmup at %v and %v", a, b)
		}
	}
	if at := (&Plan{Loop: 1 << 62, Warmup: 1<<63 - 1}).First(1); at < 0 || at > 1<<62+time.Second {
		t.Errorf("the longest: %v", at)
	}
}

// TestProperties makes random attempts of random checkers.
func TestProperties(t *testing.T) {
	check := func(kind, retry, pause, urls uint8, script []uint8) bool {
		kinds := []string{"TCP_CHECK", "UDP_CHECK", "SMTP_CHECK", "MISC_CHECK", "HTTP_GET"}
		c := checker(kinds[int(kind)%len(kinds)], int(retry%5), float64(pause%30), 0)
		if c.Kind == "HTTP_GET" {
			c = checker(c.Kind, c.Retry, float64(pause%30), 1+int(urls%4))
		}
		p := PlanOf(c)
		var s State
		at, fails, passes := p.First(0), 0, 0
		for _, x := range script {
			late, took := time.Duration(x>>2&3)*time.Second, time.Duration(x>>4&3)*time.Second
			a := Attempt{Due: at, Began: at + late, Ended: at + late + took, Outcome: []Outcome{Pass, Fail, Fail, Pass}[x&3]}
			before, other := s, s
			step := s.Take(&p, a)
			fails, passes = fails+1, passes+1
			if a.Outcome == Pass {
				fails = 0
			} else {
				passes = 0
			}
			prompt := other.Take(&p, Attempt{Due: at, Began: at, Ended: at + took, Outcome: a.Outcome})
			switch {
			case step.Next < a.Ended:
				t.Errorf("%+v: next at %v", a, step.Next)
			case prompt.Next >= a.Ended && prompt.Next != step.Next:
				t.Errorf("%+v: next at %v, had it not been late at %v", a, step.Next, prompt.Next)
			case step.News && s.Up && (passes == 0 || before.Page != max(p.Pages, 1)-1):
				t.Errorf("up after %d successes, at url %d of %d", passes, before.Page, p.Pages)
			case step.News && !s.Up && before.Known && fails != p.Retry+1:
				t.Errorf("down after %d failures with %d retries", fails, p.Retry)
			case s.Known && s.Up && fails > p.Retry:
				t.Errorf("up after %d failures with %d retries", fails, p.Retry)
			case s.Known && !s.Up && passes > 2*max(p.Pages, 1):
				t.Errorf("down after %d successes", passes)
			case !step.News && (before.Known != s.Known || before.Up != s.Up):
				t.Errorf("no news of a change")
			case s.Page < 0 || s.Page >= max(p.Pages, 1):
				t.Errorf("page %d of %d", s.Page, p.Pages)
			}
			at = step.Next
		}
		return !t.Failed()
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 2000}); err != nil {
		t.Error(err)
	}
}
