package pool

import (
	"fmt"

	"github.com/viplab/viplab/daemon/notify"
)

// judge finds out whether there is a quorum, and begins or ends the time of the
// sorry server. init is for a configuration that is new, where it may be wanted
// without anything having been lost.
func (v *service) judge(s *Services, init bool) {
	sum, quorum, hysteresis := v.weight(), v.conf.Quorum, v.conf.Hysteresis
	switch {
	case !v.up && sum >= quorum+hysteresis:
		v.gain(s, fmt.Sprintf("Gained quorum %d+%d=%d <= %d", quorum, hysteresis, quorum+hysteresis, sum))
	case v.up && sum < quorum-hysteresis:
		v.lose(s, fmt.Sprintf("Lost quorum %d-%d=%d > %d", quorum, hysteresis, quorum-hysteresis, sum))
	case init && !v.up && !v.excused && v.conf.SorryServer.IsValid():
		s.say("Starting with quorum down %d+%d=%d > %d for VS %s", quorum, hysteresis, quorum+hysteresis, sum, v.name)
		v.excuse(s)
		if !v.told {
			v.tell(s, "Starting with quorum down")
		}
	}
}

func (v *service) gain(s *Services, text string) {
	v.up, v.changed = true, true
	s.say("%s for VS %s", text, v.name)
	if v.excused {
		s.say("%s sorry server %s from VS %s", word(v.conf.SorryInhibit, "Disabling", "Removing"), v.sorryName(), v.name)
		s.say("Adding alive servers to the pool for VS %s", v.name)
		v.excused = false
	}
	v.tell(s, text)
}

func (v *service) lose(s *Services, text string) {
	v.up, v.changed = false, true
	s.say("%s for VS %s", text, v.name)
	if v.conf.SorryServer.IsValid() {
		v.excuse(s)
	}
	v.tell(s, text)
}

// excuse has the sorry server stand in.
func (v *service) excuse(s *Services) {
	v.excused, v.changed = true, true
	s.say("%s sorry server %s to VS %s", word(v.conf.SorryInhibit, "Enabling", "Adding"), v.sorryName(), v.name)
	s.say("Removing alive servers from the pool for VS %s", v.name)
}

// tell notifies the state of the quorum.
func (v *service) tell(s *Services, detail string) {
	v.told = true
	e := notify.ServerEvent{Virtual: v.name, Up: v.up, Command: v.conf.QuorumDown, Keyword: "quorum_down", Mail: v.conf.SMTPAlert, Detail: detail}
	if v.up {
		e.Command, e.Keyword = v.conf.QuorumUp, "quorum_up"
	}
	s.tell(e)
}

func (v *service) sorryName() string { return label(v.conf.SorryServer, v.conf.Protocol) }

func word(choice bool, yes, no string) string {
	if choice {
		return yes
	}
	return no
}
