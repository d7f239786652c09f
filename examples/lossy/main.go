// Command lossy sends a file by UDP over a link that loses, doubles and reorders, and
// puts it together again.
//
//	READ ─▶ NUMBER ─▶ PACK ─▶ BAD LINK ─▶ UDP ~~▶ UDP ─▶ UNPACK ─▶ ORDER ─▶ WRITE
//
// What is lost stays lost: nobody asks for it again. You will see
//
//	$ go run ./examples/lossy -reorder 0.3 -double 0.1 go.sum copy && cmp go.sum copy
//	25 packets sent, 25 arrived in order
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/kamaelia-go/kamaelia/components/broken"
)

func main() {
	link := &broken.Network[[]byte]{}
	flag.Float64Var(&link.Lose, "lose", 0, "chance that a packet is lost, from 0 to 1")
	flag.Float64Var(&link.Double, "double", 0, "chance that it is sent twice")
	flag.Float64Var(&link.Reorder, "reorder", 0, "chance that others overtake it")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("give two files: lossy FROM TO")
	}
	from, err := os.Open(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	to, err := os.Create(flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	sent, came, err := transfer(context.Background(), from, link, to, time.Second)
	fmt.Printf("%d packets sent, %d arrived in order\n", sent, came)
	if err != nil {
		log.Fatal(err)
	}
}
