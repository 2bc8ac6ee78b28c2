// Package hostile is a server that behaves as it is told: it serves, refuses,
// says nothing, sends garbage, never ends, and tells of every client and of every
// change of its manner. Health checkers are tried on it.
package hostile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/viplab/viplab/lab/topology"
)

// Server is a hostile server.
type Server struct {
	spec topology.Hostile
	tell *teller
	door door

	changing sync.Mutex // held while the manner changes

	mu     sync.Mutex
	manner topology.Manner // now: of one that flaps, what it has flapped to
	stop   func()          // ends the flapping
}

// door is where clients come in.
type door interface {
	// set opens the door or shuts it, and has it take packets or drop them.
	set(open, deaf bool) error
}

// Open starts a server and behaves as spec says. Its clients are served until ctx
// ends; then Wait returns. What it does is told to out, a JSON object a line.
func Open(ctx context.Context, spec topology.Hostile, out io.Writer) (*Server, func(), error) {
	s := &Server{spec: spec, tell: &teller{out: out}, manner: topology.Manner{Do: topology.Serve}}
	var all sync.WaitGroup
	var err error
	switch spec.Speaks {
	case "tcp", "http", "https", "smtp":
		s.door, err = newStreamDoor(ctx, s, &all)
	case "udp", "dns":
		s.door = &datagramDoor{ctx: ctx, server: s, all: &all}
	case "ping":
		s.door, err = newPingDoor(ctx, s, &all)
	default:
		err = fmt.Errorf("unknown protocol %q", spec.Speaks)
	}
	if err != nil {
		return nil, nil, err
	}
	if err := s.Behave(ctx, spec.As); err != nil {
		return nil, nil, errors.Join(err, s.door.set(false, false))
	}
	return s, func() {
		<-ctx.Done()
		s.endFlapping()
		_ = s.door.set(false, false) // what is shut twice is shut
		all.Wait()
	}, nil
}

// Behave has the server behave so from now on; a door that is to be shut is shut
// when it returns. A manner that flaps does so until ctx ends, or the next call.
func (s *Server) Behave(ctx context.Context, m topology.Manner) error {
	m.FillDefaults()
	s.changing.Lock()
	defer s.changing.Unlock()
	s.endFlapping()
	if len(m.Flap) == 0 {
		return s.become(m)
	}
	if err := s.become(topology.Manner{Do: topology.Serve}); err != nil {
		return err
	}
	s.flap(ctx, m)
	return nil
}

// become changes the manner, and the door with it where the manner has no
// question that it is for.
func (s *Server) become(m topology.Manner) error {
	always := m.On == ""
	if err := s.door.set(!always || m.Do != topology.Refuse, always && m.Do == topology.Drop); err != nil {
		return fmt.Errorf("become %s: %w", m.Do, err)
	}
	s.mu.Lock()
	s.manner = m
	s.mu.Unlock()
	s.tell.manner(m)
	return nil
}

// at returns how a question is to be answered.
func (s *Server) at(question string) topology.Manner {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.manner.On == question {
		return s.manner
	}
	if s.manner.On == "" && s.spec.Speaks != "smtp" {
		return s.manner
	}
	return topology.Manner{Do: topology.Serve}
}
