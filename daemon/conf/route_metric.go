package conf

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// metricKind is what a metric of a route looks like.
type metricKind struct {
	name string
	id   int // RTAX_* (linux/rtnetlink.h)
	high uint64
	lock bool // may stand behind "lock"
	time bool // may have a unit, s or ms
	doc  string
}

func metricKinds() []metricKind {
	const most = math.MaxUint32
	return []metricKind{
		{"mtu", 2, most, true, false, "limit the packets of the route"},
		{"hoplimit", 10, 255, false, false, "send with that hop limit over the route"},
		{"advmss", 8, most, true, false, "announce that segment size over the route"},
		{"rtt", 4, most, true, true, "begin with that round trip time over the route"},
		{"rttvar", 5, most, true, true, "begin with that variance of the round trip time over the route"},
		{"reordering", 9, most, true, false, "expect that much reordering over the route"},
		{"window", 3, most, true, false, "limit the window over the route"},
		{"cwnd", 7, most, true, false, "clamp the congestion window over the route"},
		{"ssthresh", 6, most, true, false, "begin with that slow start threshold over the route"},
		{"rto_min", 13, most, true, true, "wait that long at least before sending again over the route"},
		{"initcwnd", 11, most, false, false, "begin with that congestion window over the route"},
		{"initrwnd", 14, most, false, false, "begin with that receive window over the route"},
		{"quickack", 15, 1, true, false, "switch quick acknowledgements over the route"},
		{"fastopen_no_cookie", 17, 1, true, false, "let TCP fast open over the route do without cookies"},
	}
}

// row is the option of a route that sets the metric.
func (k metricKind) row() schema.Keyword {
	return routeOption(k.name, k.form(), k.doc, takeLock, k.read, func(r *Route) [][]string {
		for _, m := range r.Metrics {
			if m.ID == k.id {
				return [][]string{m.words()}
			}
		}
		return nil
	})
}

func (k metricKind) form() string {
	form := "N"
	switch {
	case k.time:
		form = "N[s|ms]"
	case k.high == 1:
		form = "0|1"
	}
	if k.lock {
		return "[lock] " + form
	}
	return form
}

// takeLock takes a value, and "lock" before it.
func takeLock(rest []word) int {
	if len(rest) > 0 && rest[0].Text == "lock" {
		return 2
	}
	return 1
}

func (k metricKind) read(c *schema.Context, r *Route, words []word) {
	m := Metric{Name: k.name, ID: k.id}
	w := words[1]
	if w.Text == "lock" {
		m.Lock = true
		switch {
		case !k.lock:
			r.fail(c, diag.BadChoice, w, "%s cannot be locked", k.name)
			return
		case len(words) < 3:
			r.fail(c, diag.MissingWord, w, "%s lock needs a number behind it", k.name)
			return
		}
		w = words[2]
	}
	var n uint64
	var err error
	if k.time {
		n, m.Millis, err = metricTime(w.Text)
	} else {
		n, err = strconv.ParseUint(w.Text, 10, 64)
	}
	if err != nil || n > k.high {
		r.fail(c, diag.OutOfRange, w, "%s %q is not a number from 0 to %d", k.name, w.Text, k.high)
		return
	}
	m.Value = uint32(n)
	r.setMetric(m)
}

// metricTime reads "N", a number for the kernel, or "Ns" and "Nms", decimals
// allowed, which are milliseconds.
func metricTime(text string) (n uint64, millis bool, err error) {
	number, one := text, time.Duration(0)
	if rest, ok := strings.CutSuffix(text, "ms"); ok {
		number, one = rest, time.Millisecond
	} else if rest, ok := strings.CutSuffix(text, "s"); ok {
		number, one = rest, time.Second
	}
	if one == 0 {
		n, err = strconv.ParseUint(number, 10, 64)
		return n, false, err
	}
	d, ok := schema.ParseDecimal(number, one)
	if !ok {
		return 0, false, strconv.ErrSyntax
	}
	return uint64(d / time.Millisecond), true, nil
}

// setMetric puts m in the place of another one of its kind.
func (r *Route) setMetric(m Metric) {
	for i := range r.Metrics {
		if r.Metrics[i].ID == m.ID {
			r.Metrics[i] = m
			return
		}
	}
	r.Metrics = append(r.Metrics, m)
}

// words writes m as the options of a route do.
func (m Metric) words() []string {
	text := strconv.FormatUint(uint64(m.Value), 10)
	if m.Millis {
		text += "ms"
	}
	if m.Lock {
		return []string{"lock", text}
	}
	return []string{text}
}

// readFeatures reads the one feature that there is, ecn (RTAX_FEATURE_ECN).
func readFeatures(c *schema.Context, r *Route, words []word) {
	if words[1].Text != "ecn" {
		r.softly(c, diag.BadChoice, words[1], "feature %q is not known; it is passed over", words[1].Text)
		return
	}
	r.setMetric(Metric{Name: "features", ID: 12, Value: 1})
}

func featuresWords(r *Route) [][]string {
	for _, m := range r.Metrics {
		if m.Name == "features" {
			return [][]string{{"ecn"}}
		}
	}
	return nil
}

// readCongestion reads "[lock] NAME".
func readCongestion(c *schema.Context, r *Route, words []word) {
	w, lock := words[1], false
	if w.Text == "lock" {
		if len(words) < 3 {
			r.fail(c, diag.MissingWord, w, "congctl lock needs a name behind it")
			return
		}
		w, lock = words[2], true
	}
	r.Congestion, r.CongestionLock = w.Text, lock
}

func congestionWords(r *Route) [][]string {
	switch {
	case r.Congestion == "":
		return nil
	case r.CongestionLock:
		return [][]string{{"lock", r.Congestion}}
	}
	return [][]string{{r.Congestion}}
}
