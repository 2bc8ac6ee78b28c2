package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/mattn/go-isatty"

	"github.com/viplab/viplab/lab/job"
	"github.com/viplab/viplab/reports"
)

// progressView shows how jobs get on: a moving line each on a terminal, a plain
// line at each end elsewhere.
type progressView struct {
	w     io.Writer
	names []string

	bars  progress.Writer // nil when w is no terminal
	drawn chan struct{}   // closed when the last drawing is done

	mu    sync.Mutex
	lines []*progress.Tracker
}

func newProgress(w io.Writer, jobs []job.Spec) *progressView {
	v := &progressView{w: w}
	for _, j := range jobs {
		v.names = append(v.names, j.ID()+" with "+j.Daemons.Name())
	}
	v.lines = make([]*progress.Tracker, len(jobs))
	if f, ok := w.(*os.File); !ok || !isatty.IsTerminal(f.Fd()) || os.Getenv("TERM") == "dumb" {
		return v
	}
	v.bars = progress.NewWriter()
	v.bars.SetOutputWriter(w)
	v.bars.SetMessageLength(72)
	v.bars.SetStyle(progress.StyleDefault)
	v.bars.Style().Visibility = progress.StyleVisibility{Time: true, Tracker: false}
	v.bars.Style().Options.DoneString = ""
	v.drawn = make(chan struct{})
	go func() {
		defer close(v.drawn)
		v.bars.Render()
	}()
	return v
}

// line says something that stays.
func (v *progressView) line(text string) {
	if v.bars != nil {
		v.bars.Log("%s", text)
		return
	}
	fmt.Fprintln(v.w, text)
}

// doing says what job i does now.
func (v *progressView) doing(i int, what string) {
	if v.bars == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.lines[i] == nil {
		v.lines[i] = &progress.Tracker{}
		v.bars.AppendTracker(v.lines[i])
	}
	v.lines[i].UpdateMessage(v.names[i] + ": " + what)
}

// done says how job i ended.
func (v *progressView) done(i int, r reports.Result) {
	v.mu.Lock()
	if v.lines[i] != nil {
		v.lines[i].MarkAsDone()
	}
	v.mu.Unlock()
	text := fmt.Sprintf("%-5s %s (%.1f s of lab time in %.1f s)", r.Verdict, v.names[i], r.LabSeconds, r.WallSeconds)
	v.line(text)
}

// close ends the drawing: what is printed next must not be drawn over.
func (v *progressView) close() {
	if v.bars == nil {
		return
	}
	v.bars.Stop()
	<-v.drawn
}
