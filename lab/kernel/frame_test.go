package kernel

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFramesSurviveTheWire(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	frames := []frame{{frameStdout, all}, {frameStderr, []byte{}}, {frameReport, []byte("step 1")}, {frameExit, exitPayload(7)}}
	var wire bytes.Buffer
	for _, f := range frames {
		if err := writeFrame(&wire, f.kind, f.payload); err != nil {
			t.Fatal(err)
		}
	}
	var got []frame
	for {
		f, err := readFrame(&wire)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f)
	}
	if diff := cmp.Diff(frames, got, cmp.AllowUnexported(frame{})); diff != "" {
		t.Errorf("frames (-sent +received):\n%s", diff)
	}
}

func TestReadFrameRefusesDamage(t *testing.T) {
	whole := appendFrame(nil, frameStdout, []byte("hello"))
	tests := []struct {
		name string
		wire []byte
		want string
	}{
		{"nothing", nil, "EOF"},
		{"part of a header", whole[:3], "unexpected EOF"},
		{"header alone", whole[:frameHeader], "unexpected EOF"},
		{"part of the payload", whole[:len(whole)-1], "unexpected EOF"},
		{"a length out of all reason", []byte{'o', 0xff, 0xff, 0xff, 0x7f}, "over the limit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readFrame(bytes.NewReader(tt.wire))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestWriteFrameRefusesTooMuch(t *testing.T) {
	if err := writeFrame(io.Discard, frameStdout, make([]byte, maxPayload+1)); err == nil {
		t.Error("a payload over the limit was written")
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add(appendFrame(nil, frameStdout, []byte("hello")))
	f.Add([]byte{'o', 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, wire []byte) {
		got, err := readFrame(bytes.NewReader(wire))
		if err != nil {
			return
		}
		again := appendFrame(nil, got.kind, got.payload)
		if !bytes.HasPrefix(wire, again) {
			t.Errorf("read %q from %q", again, wire)
		}
	})
}

func TestErrorsNameWhatWasDone(t *testing.T) {
	ideal := Kernel{Backend: BackendUML, Clock: ClockIdeal, Release: "6.1"}
	virtual := Kernel{Backend: BackendUML, Clock: ClockVirtual, Release: "6.1"}
	tests := []struct {
		name  string
		err   error
		is    error
		words []string
		not   string
	}{
		{"deadline", &DeadlineError{Limit: 600e9, What: "step 3"}, ErrDeadline, []string{"deadline of 10m lab time passed while step 3"}, ""},
		{"stuck, ideal", &StuckError{Watchdog: 90e9, What: "step 3", Kernel: ideal}, ErrStuck, []string{"1m30s", "step 3", "busy loop", "--clock virtual"}, ""},
		{"stuck, virtual", &StuckError{Watchdog: 3600e9, What: "step 3", Kernel: virtual}, ErrStuck, []string{"for 1h while"}, "--clock"},
		{"environment", environmentf("no %s", "ptrace"), ErrEnvironment, []string{"no ptrace"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !errors.Is(tt.err, tt.is) {
				t.Errorf("%v is not %v", tt.err, tt.is)
			}
			for _, word := range tt.words {
				if !strings.Contains(tt.err.Error(), word) {
					t.Errorf("%q does not say %q", tt.err, word)
				}
			}
			if tt.not != "" && strings.Contains(tt.err.Error(), tt.not) {
				t.Errorf("%q says %q", tt.err, tt.not)
			}
		})
	}
}
