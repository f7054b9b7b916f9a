import '../style/base.css';
import '../style/print.css';
import { mount } from 'svelte';
import { sessionOf } from '../lib/place';
import App from './App.svelte';

const target = document.getElementById('app')!;
const id = sessionOf(location.pathname);
if (id !== null) mount(App, { target, props: { id } });
