package notify

import "os"

// starter starts a program.
type starter func(*program, *os.File) (child, error)

// startHere starts a program without the launcher.
func (r *Runner) startHere(p *program, out *os.File) (child, error) {
	if r.opt.OnThread != nil {
		if err := r.opt.OnThread(); err != nil {
			return nil, err
		}
	}
	return startLocal(p, out)
}

// launcher returns the launcher, a new one if it has died; nil if there is to be
// none or it cannot be started.
func (r *Runner) launcher() *launcher {
	r.launching.Lock()
	defer r.launching.Unlock()
	if r.ended || !r.opt.Launcher {
		return nil
	}
	var err error
	if r.current != nil {
		gone, greeted := r.current.state()
		if !gone {
			return r.current
		}
		if !greeted {
			err = errNoMain
		}
	}
	if err == nil {
		r.current, err = startLauncher(r.opt.OnThread, r.opt.greeting)
	}
	if err != nil {
		r.opt.Log.Printf("%v; going on without", err)
		r.current, r.ended = nil, true
	}
	return r.current
}

func (r *Runner) closeLauncher() {
	r.launching.Lock()
	defer r.launching.Unlock()
	r.ended = true
	if r.current != nil {
		r.current.close()
	}
}
