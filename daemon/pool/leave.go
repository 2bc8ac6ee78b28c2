package pool

// retire takes out a service that the configuration has no more.
func (v *service) retire(s *Services) {
	s.say("Removing Virtual Server %s", v.name)
	for _, r := range v.servers {
		if r.alive {
			s.say("Removing service %s from VS %s", r.name, v.name)
			r.leave(s, "it is not in the configuration any more")
		}
	}
}

// shut takes the service out at the stop of the daemon. Others are told of it
// with omega only.
func (v *service) shut(s *Services) {
	for _, r := range v.servers {
		if !r.alive {
			continue
		}
		s.say("Shutting down service %s from VS %s", r.name, v.name)
		if v.conf.Omega {
			r.leave(s, "Shutting down")
		}
	}
}

// leave has a server be down that is taken out together with its service, which
// loses its quorum on the way.
func (r *server) leave(s *Services, why string) {
	r.alive = false
	r.tell(s, why)
	v := r.service
	if v.up && v.weight() < v.conf.Quorum-v.conf.Hysteresis {
		v.up = false
		v.tell(s, why)
	}
}
