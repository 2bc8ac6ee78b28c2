package warden

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Main must be called early in main by programs that use wards: a warden is the
// same executable started again. In a warden it does that duty and ends the
// process; in any other process it returns at once.
func Main() {
	if os.Getenv(envRole) == "1" {
		os.Exit(run())
	}
}

// envRole says that a process is a warden, envBase where its folder goes, and
// envID, which its programs have too, whose they are.
const (
	envRole = "VIPLAB_WARDEN"
	envBase = "VIPLAB_WARDEN_BASE"
	envID   = "VIPLAB_WARD_ID"
)

// Inherited file descriptors of a warden.
const (
	fdLeash   = 3 // from the owner: orders, as JSON; its end means tear down
	fdAnswers = 4 // to the owner: answers, as JSON
	fdOutput  = 5 // what the programs' output goes to
	fdExtra   = 6 // the programs' file descriptor 3
)

// answer is what a warden tells its owner. One field is set.
type answer struct {
	Dir    string  `json:"dir,omitempty"`    // the folder, made
	Exited *Exited `json:"exited,omitempty"` // how a program ended
	Failed string  `json:"failed,omitempty"` // why the warden cannot do its work
}

func run() int {
	// A parent death signal comes when the parent's thread ends, and the programs
	// are started from this one.
	runtime.LockOSThread()
	// Signals to the owner's group or session are the owner's to handle.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
	answers := json.NewEncoder(os.NewFile(fdAnswers, "answers"))
	if err := serve(answers); err != nil {
		_ = answers.Encode(answer{Failed: err.Error()}) // the owner may be gone
		return 1
	}
	return 0
}

func serve(answers *json.Encoder) (err error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become a subreaper: %w", err)
	}
	for _, fd := range []int{fdLeash, fdAnswers, fdOutput, fdExtra} {
		unix.CloseOnExec(fd)
	}
	base := os.Getenv(envBase)
	removeStale(base)
	dir, err := makeTemp(base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.remove()) }()
	if err := answers.Encode(answer{Dir: dir.path}); err != nil {
		return nil // the owner is gone
	}
	orders := readOrders()
	output, extra := os.NewFile(fdOutput, "output"), os.NewFile(fdExtra, "extra")
	for order := range orders {
		if order.Dir == "" {
			order.Dir = dir.path
		}
		order.Env = append(order.Env, envID+"="+os.Getenv(envID))
		exited, err := guard(order, output, extra, orders)
		if err != nil {
			exited = Exited{Problem: err.Error()}
		}
		if exited == (Exited{}) || answers.Encode(answer{Exited: &exited}) != nil {
			return nil
		}
	}
	return nil
}

// readOrders passes the owner's orders on; the channel's end is the leash's.
func readOrders() <-chan Order {
	orders := make(chan Order)
	go func() {
		defer close(orders)
		decoder := json.NewDecoder(os.NewFile(fdLeash, "leash"))
		for {
			var order Order
			if decoder.Decode(&order) != nil {
				return
			}
			orders <- order
		}
	}()
	return orders
}

// guard runs a program until it ends or the leash does, and then ends all that
// it left. Its answer is empty if the leash ended.
func guard(order Order, output, extra *os.File, orders <-chan Order) (Exited, error) {
	program := &exec.Cmd{
		Path: order.Path, Args: order.Args, Env: order.Env, Dir: order.Dir,
		Stdout: output, Stderr: output, ExtraFiles: []*os.File{extra},
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
	cpus := allowedCPUs()
	together := order.OneCPU && len(cpus) > 1
	cpu := 0
	if together {
		cpu = quietest(cpus, runningPerCPU())
		if err := pin(0, cpu); err != nil { // this thread, which the program starts from
			return Exited{}, err
		}
	}
	if err := program.Start(); err != nil {
		return Exited{}, err
	}
	ended := make(chan struct{})
	if together {
		go follow(program.Process.Pid, cpu, cpus, ended)
	}
	go func() {
		_ = program.Wait() // ProcessState says how it ended
		close(ended)
	}()
	select {
	case <-ended:
		killDescendants()
		return exitedAs(program.ProcessState), nil
	case <-orders:
		// A guest kernel traces the processes that run its programs: were it to die
		// first, they would run on as programs of the host.
		_ = program.Process.Signal(syscall.SIGSTOP)
		killDescendants()
		return Exited{}, nil
	}
}
