package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/pipelines/config"
)

// applicationOptions say which applications in Python answer requests.
type applicationOptions struct {
	WSGI     []string `name:"wsgi" placeholder:"PREFIX=DIR:MODULE:CALLABLE" sep:"none" help:"Answer requests below a prefix by an application in Python (WSGI): the directory of its modules, the module, and the callable in it. May be given several times."`
	ASGI     []string `name:"asgi" placeholder:"PREFIX=DIR:MODULE:CALLABLE" sep:"none" help:"The same for an asynchronous application (ASGI). The flags below are for both kinds. May be given several times."`
	Workers  string   `name:"wsgi-workers" placeholder:"N" help:"Processes that run each application. (default: one for each core)"`
	Threads  string   `name:"wsgi-threads" placeholder:"N" help:"Requests that each process answers at once, in threads; for --wsgi only. (default 1)"`
	AtOnce   string   `name:"asgi-at-once" placeholder:"N" help:"Requests that each process has under way at once; for --asgi only. (default 1000)"`
	Python   string   `name:"python" placeholder:"PATH" help:"The interpreter, 3.8 or later, such as that of a virtual environment. (default python3)"`
	Env      []string `name:"wsgi-env" placeholder:"KEY=VALUE" sep:"none" help:"A variable that the applications see beside the server's own. May be given several times."`
	Reload   bool     `name:"wsgi-reload" help:"Start the processes anew when a source of the application changes."`
	Silence  string   `name:"wsgi-timeout" placeholder:"TIME" help:"Longest silence of an application, before its answer and in it. (default 60s)"`
	Requests string   `name:"wsgi-requests" placeholder:"N" help:"Replace a process after this many requests. (default off)"`
	Memory   string   `name:"wsgi-memory" placeholder:"SIZE" help:"Replace a process that uses more memory than this. (default off)"`
	Queue    string   `name:"wsgi-queue" placeholder:"N" help:"Most requests that wait for a process; others get 503; with off, none waits. (default 1000)"`
}

// applicationKind is what stands behind the prefix of a --wsgi, or an --asgi.
const applicationKind = "DIR:MODULE:CALLABLE"

var errApplication = errors.New("want PREFIX=" + applicationKind)

// applications sets what --wsgi, --asgi and their flags say.
func (o *applicationOptions) applications(c *config.Config) error {
	one := config.Processes{Python: o.Python, Reload: o.Reload}
	var threads, atOnce config.Count
	err := errors.Join(
		some(c, &one.Workers, o.Workers, "--wsgi-workers"),
		some(c, &threads, o.Threads, "--wsgi-threads"),
		some(c, &atOnce, o.AtOnce, "--asgi-at-once"),
		set(c, &one.Requests, o.Requests, "", "--wsgi-requests"),
		set(c, &one.Silence, o.Silence, "", "--wsgi-timeout"),
		set(c, &one.Queue, o.Queue, "", "--wsgi-queue"),
		set(c, &one.WorkerMemory, o.Memory, "", "--wsgi-memory"),
	)
	if err != nil {
		return err
	}
	for _, kv := range o.Env {
		key, value, ok := strings.Cut(kv, "=")
		if !ok || key == "" {
			return fmt.Errorf("%w: --wsgi-env %s: want KEY=VALUE", errUsage, kv)
		}
		if one.Env == nil {
			one.Env = map[string]string{}
		}
		one.Env[key] = value
	}
	return errors.Join(
		applicationArgs(c, "--wsgi", o.WSGI, func(dir, application string) config.Place {
			return config.Place{Root: dir, WSGI: &config.WSGI{Application: application, Threads: threads, Processes: one}}
		}),
		applicationArgs(c, "--asgi", o.ASGI, func(dir, application string) config.Place {
			return config.Place{Root: dir, ASGI: &config.ASGI{Application: application, AtOnce: atOnce, Processes: one}}
		}),
	)
}

// applicationArgs sets the places that one flag says.
func applicationArgs(c *config.Config, flag string, args []string, place func(dir, application string) config.Place) error {
	for _, arg := range args {
		dir, application, err := cutApplication(arg)
		if err != nil {
			return fmt.Errorf("%w: %s %s: %w", errUsage, flag, arg, err)
		}
		if err := mountArg(c, flag, applicationKind, arg, func(string) config.Place { return place(dir, application) }); err != nil {
			return err
		}
	}
	return nil
}

// cutApplication takes PREFIX=DIR:MODULE:CALLABLE apart. The directory may have
// colons.
func cutApplication(arg string) (dir, application string, err error) {
	_, place, err := cutPrefix(arg, applicationKind)
	if err != nil {
		return "", "", errApplication
	}
	callable := strings.LastIndexByte(place, ':')
	if callable < 0 {
		return "", "", errApplication
	}
	module := strings.LastIndexByte(place[:callable], ':')
	if module < 1 {
		return "", "", errApplication
	}
	return place[:module], place[module+1:], nil
}
