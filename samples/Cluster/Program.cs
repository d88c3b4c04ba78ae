using Cluster;

// Three servers as one, each a process of this program, with nginx before them and Redis between them. Kill one and watch.
return args is ["node", .. var rest] ? await NodeProgram.RunAsync(rest) : await FrontProgram.RunAsync(args);
