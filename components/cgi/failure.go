package cgi

import "github.com/kamaelia-go/kamaelia/components/gateway"

// A ScriptError tells what went wrong with a script.
type ScriptError = gateway.ScriptError
