package timeline

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrMalformed is wrapped by errors of Read about a line that no Recorder wrote.
var ErrMalformed = errors.New("malformed timeline")

// Read reads the NDJSON that a Recorder wrote and returns the events in order
// of time. A last line cut short, as a killed run leaves it, is dropped; any
// other malformed line is an ErrMalformed that names its number.
func Read(in io.Reader) ([]Event, error) {
	var events []Event
	r := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			Sort(events)
			return events, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read timeline line %d: %w", n, err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		e, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrMalformed, n, err)
		}
		events = append(events, e)
	}
}

func parseLine(line []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(line, &e); err != nil {
		return Event{}, err
	}
	return e, e.check()
}

// check reports whether e has the payload that its kind promises, so that
// nobody who reads by kind meets a nil. Kinds of a later version pass: they are
// nobody's business here.
func (e *Event) check() error {
	if e.Kind == "" {
		return errors.New("event without a kind")
	}
	if !e.carries() {
		return fmt.Errorf("event of kind %s carries no %s", e.Kind, e.Kind)
	}
	return nil
}

func (e *Event) carries() bool {
	switch e.Kind {
	case KindInfo:
		return e.Info != nil
	case KindStep:
		return e.Step != nil
	case KindFault:
		return e.Fault != nil
	case KindFrame:
		return e.Frame != nil
	case KindAddress:
		return e.Address != nil
	case KindLink:
		return e.Link != nil
	case KindNeighbour:
		return e.Neighbour != nil
	case KindIPVS:
		return e.IPVS != nil
	case KindProcess:
		return e.Process != nil
	case KindLog:
		return e.Log != nil
	case KindProbe:
		return e.Probe != nil
	case KindMail:
		return e.Mail != nil
	case KindVisit:
		return e.Visit != nil
	case KindManner:
		return e.Manner != nil
	case KindFile:
		return e.File != nil
	}
	return true
}

// Sort puts events in order of time; those of one instant keep the order in
// which they were recorded.
func Sort(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int {
		if a.At != b.At {
			return cmp.Compare(a.At, b.At)
		}
		return cmp.Compare(a.Seq, b.Seq)
	})
}
