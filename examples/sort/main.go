// Command sort sorts more numbers than it may hold in memory, by programs that
// run as components.
//
//	[ NUMBERS ] ──▶ sort ──▶ gzip ──▶ [ COUNT ]
//
// NUMBERS makes lines as fast as they are taken. sort(1) may use no more memory
// than -memory says, and puts what is over into files; gzip(1) waits for it, and
// COUNT for that. Nothing is held between them but what their boxes and pipes
// hold. You will see
//
//	$ go run ./examples/sort
//	2000000 numbers, 20000000 bytes, sorted in 16 MiB, are ... bytes with gzip
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/process"
)

func main() {
	numbers := flag.Int("numbers", 2_000_000, "how many numbers to sort")
	memory := flag.Int64("memory", 16, "how much memory sort may use, in MiB")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *numbers, *memory, os.Stdout, io.Discard); err != nil {
		log.Fatal(err)
	}
}

// run sorts, prints a line about it to out, and writes what gzip makes to the
// other writer.
func run(ctx context.Context, numbers int, memory int64, out, to io.Writer) error {
	sort := process.New(process.Program{
		Path: "sort", Args: []string{"--buffer-size=4M", "--parallel=1"},
		Env:    append(os.Environ(), "LC_ALL=C"),
		Limits: process.Limits{Memory: memory << 20},
	})
	gzip := process.New(process.Program{Path: "gzip", Args: []string{"-1"}})
	count := &Count{To: to}
	if err := axon.Pipeline(&Numbers{Most: numbers}, sort, gzip, count).Run(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d numbers, %d bytes, sorted in %d MiB, are %d bytes with gzip\n", numbers, numbers*width, memory, count.bytes)
	return nil
}
