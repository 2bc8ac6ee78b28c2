package main

import (
	"fmt"
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/mattn/go-isatty"

	"github.com/viplab/viplab/lab/kernel/kbuild"
)

// buildView shows how a kernel build gets on: a bar for each step on a terminal,
// a plain line every tenth of a step elsewhere.
type buildView struct {
	w     io.Writer
	bars  progress.Writer // nil when w is no terminal
	drawn chan struct{}   // closed when the last drawing is done

	current string // the step under way
	bar     *progress.Tracker
	tenths  int // of the current step, that were said
}

func newBuildView(w io.Writer) *buildView {
	v := &buildView{w: w}
	if f, ok := w.(*os.File); !ok || !isatty.IsTerminal(f.Fd()) || os.Getenv("TERM") == "dumb" {
		return v
	}
	v.bars = progress.NewWriter()
	v.bars.SetOutputWriter(w)
	v.bars.SetStyle(progress.StyleBlocks)
	v.bars.Style().Visibility = progress.StyleVisibility{Percentage: true, Time: true, Tracker: true, ETA: true}
	v.drawn = make(chan struct{})
	go func() {
		defer close(v.drawn)
		v.bars.Render()
	}()
	return v
}

// step takes the build's word on how far it is.
func (v *buildView) step(s kbuild.Step) {
	if s.Name != v.current {
		v.finish()
		v.begin(s)
	}
	if v.bar != nil {
		// An estimate that is too low must not end the bar before the step ends.
		v.bar.SetValue(int64(min(s.Done, max(s.Total-1, 0))))
		return
	}
	if tenths := tenthsOf(s); v.bars == nil && tenths > v.tenths {
		v.tenths = tenths
		fmt.Fprintf(v.w, "viplab: %s %d0 %%\n", s.Name, tenths)
	}
}

func (v *buildView) begin(s kbuild.Step) {
	v.current, v.tenths = s.Name, 0
	if v.bars == nil {
		fmt.Fprintf(v.w, "viplab: %s\n", s.Name)
		return
	}
	v.bar = &progress.Tracker{Message: s.Name, Total: int64(s.Total)}
	v.bars.AppendTracker(v.bar)
}

// tenthsOf is how many tenths of a step are done, at most nine: the next step's
// beginning says that it is complete.
func tenthsOf(s kbuild.Step) int {
	if s.Total == 0 {
		return 0
	}
	return min(10*s.Done/s.Total, 9)
}

func (v *buildView) finish() {
	if v.bar != nil {
		v.bar.MarkAsDone()
	}
}

// close ends the drawing.
func (v *buildView) close() {
	v.finish()
	if v.bars != nil {
		v.bars.Stop()
		<-v.drawn
	}
}
