// Package process runs programs as components: what a program reads, writes and
// ends with are messages. It is Kamaelia's UnixProcess.
//
//	sort := process.New(process.Program{Path: "sort", Args: []string{"-n"}})
//	gzip := process.New(process.Program{Path: "gzip"})
//	g := axon.Pipeline(source, sort, gzip, sink)
package process
